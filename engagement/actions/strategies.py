"""The 21 strategies, in words of our own; staff may reword them and the seed then leaves them alone."""

from django.db import transaction

from engagement.models import Strategy

SEGREGATION, EARLY, CAREER, FAMILY, CAPITAL = Strategy.Determinant.values

STRATEGIES: list[tuple[str, str, bool, str, str]] = [
    (
        "A",
        SEGREGATION,
        True,
        "Own up to the part segregation plays, and commit to a fairer community",
        "Reconocer el papel de la segregación y comprometerse con una comunidad más justa",
    ),
    ("B", SEGREGATION, False, "Less segregation in our schools", "Menos segregación en nuestras escuelas"),
    (
        "C",
        EARLY,
        True,
        "Good early care and education for every child, from birth to five",
        "Cuidado y educación temprana de calidad para cada niño, desde el nacimiento hasta los cinco años",
    ),
    (
        "D",
        EARLY,
        True,
        "A strong, fairly paid early-education workforce",
        "Educadores de la primera infancia bien preparados y bien pagados",
    ),
    (
        "E",
        EARLY,
        True,
        "Back parents and caregivers as a child's first teachers",
        "Apoyar a madres, padres y cuidadores como primeros maestros",
    ),
    (
        "F",
        CAREER,
        True,
        "Open more paths to college and to a career",
        "Abrir más caminos hacia la universidad y una carrera",
    ),
    (
        "G",
        CAREER,
        True,
        "Clear information and guidance for students and parents",
        "Información y orientación claras para estudiantes y familias",
    ),
    (
        "H",
        CAREER,
        True,
        "More paid learning at real workplaces",
        "Más aprendizaje pagado en lugares de trabajo reales",
    ),
    (
        "I",
        CAREER,
        True,
        "See first-generation and low-income students through to a degree",
        "Acompañar hasta el título a estudiantes de bajos ingresos y primeros de su familia en la universidad",
    ),
    (
        "J",
        CAREER,
        True,
        "A way back to school or work for young people aged 16 to 24",
        "Un camino de regreso al estudio o al trabajo para jóvenes de 16 a 24 años",
    ),
    (
        "K",
        CAREER,
        True,
        "More degrees and industry certificates after high school",
        "Más títulos y certificaciones de oficio después de la secundaria",
    ),
    (
        "L",
        FAMILY,
        True,
        "Support committed families with two parents",
        "Apoyar a las familias comprometidas de dos padres",
    ),
    (
        "M",
        FAMILY,
        True,
        "Reproductive health information and care within reach",
        "Información y atención de salud reproductiva al alcance de todos",
    ),
    ("N", FAMILY, True, "Healthier births", "Nacimientos más sanos"),
    (
        "O",
        FAMILY,
        True,
        "Work that pays a living wage, and the means to build savings",
        "Trabajos con un salario digno y medios para ahorrar y crecer",
    ),
    ("P", FAMILY, True, "Homes that families can afford", "Viviendas que las familias puedan pagar"),
    (
        "Q",
        FAMILY,
        True,
        "A connected community: getting where opportunity is",
        "Una comunidad conectada: llegar a donde están las oportunidades",
    ),
    ("R", FAMILY, True, "Mental health care for all who need it", "Salud mental para todos los que la necesitan"),
    ("S", FAMILY, False, "A fairer criminal justice system", "Una justicia penal más equitativa"),
    (
        "T",
        FAMILY,
        False,
        "Community services and support that people can reach",
        "Servicios y apoyo comunitario al alcance de la gente",
    ),
    (
        "U",
        CAPITAL,
        True,
        "Social capital: relationships that lead to opportunity",
        "Capital social: relaciones que abren oportunidades",
    ),
]
"""Letter, determinant, whether the wording was confirmed from the report, English, Spanish."""


@transaction.atomic
def ensure_strategies() -> int:
    """Make the strategies that are missing and answer how many were; those that exist keep their wording."""
    known = set(Strategy.objects.values_list("letter", flat=True))
    missing = [
        Strategy(letter=letter, determinant=determinant, verified=verified, name_en=english, name_es=spanish)
        for letter, determinant, verified, english, spanish in STRATEGIES
        if letter not in known
    ]
    Strategy.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)
