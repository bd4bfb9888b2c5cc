"""The real events and editions, and what invented tables said; words are our own.

Dates and titles of the past events and themes of the editions are the organisation's own; hours and
seats are invented. The two coming events are invented so that there is something to register for.
"""

from typing import Any

EVENTS: tuple[dict[str, Any], ...] = (
    {
        "slug": "lets-talk-about-race-2019",
        "title_en": "Let’s Talk About Race: Race and Poverty Workshop",
        "title_es": "Hablemos de raza: taller sobre raza y pobreza",
        "kind": "workshop",
        "day": "2019-09-22",
        "hours": ("14:00", "16:30"),
        "venue": "Charlotte, NC",
        "capacity": 60,
        "summary_en": "How race and poverty are tied together here, and what neighbors can do about it.",
        "summary_es": "Cómo se entrelazan la raza y la pobreza aquí, y qué podemos hacer como vecinos.",
    },
    {
        "slug": "on-the-table-training-4-2019",
        "title_en": (
            "Leading on Opportunity Invites You: On the Table Community Partners and Hosts Training Session 4"
        ),
        "title_es": "Leading on Opportunity le invita: capacitación 4 para anfitriones de On the Table",
        "kind": "training",
        "day": "2019-09-25",
        "hours": ("17:30", "19:00"),
        "venue": "Charlotte, NC",
        "capacity": 40,
        "featured": True,
        "summary_en": "Learn how to open a table, welcome strangers and keep a good conversation going.",
        "summary_es": "Aprenda a abrir una mesa, recibir a desconocidos y mantener una buena conversación.",
    },
    {
        "slug": "reconnect-forum-2019",
        "title_en": "ReConnect to Economic Opportunity Forum",
        "title_es": "Foro ReConnect: de vuelta a la oportunidad económica",
        "kind": "forum",
        "day": "2019-10-15",
        "hours": ("09:00", "12:00"),
        "venue": "Charlotte, NC",
        "capacity": 120,
        "summary_en": "Employers, schools and young people on the ways back into work and learning.",
        "summary_es": "Empresas, escuelas y jóvenes hablan de los caminos de regreso al trabajo y al estudio.",
    },
)

COMING_EVENTS: tuple[dict[str, Any], ...] = (
    {
        "slug": "host-training",
        "title_en": "On the Table Host Training",
        "title_es": "Capacitación para anfitriones de On the Table",
        "kind": "training",
        "in_days": 16,
        "hours": ("17:30", "19:00"),
        "venue": "Harmony Hall",
        "address": "100 Example Street, Charlotte",
        "zip": "28206",
        "capacity": 24,
        "featured": True,
        "summary_en": "An evening for everyone who wants to open a table: bring a question, leave with a guide.",
        "summary_es": "Una tarde para quienes quieren abrir una mesa: traiga una pregunta y llévese una guía.",
    },
    {
        "slug": "neighbors-forum",
        "title_en": "Neighbors’ Forum: A Connected Community",
        "title_es": "Foro vecinal: una comunidad conectada",
        "kind": "forum",
        "in_days": 40,
        "hours": ("10:00", "12:30"),
        "venue": "Commons Gym",
        "address": "200 Example Avenue, Charlotte",
        "zip": "28205",
        "capacity": 80,
        "summary_en": "Buses, sidewalks and child care: what stands between a family and the next good job.",
        "summary_es": "Autobuses, aceras y cuidado infantil: lo que separa a una familia del próximo buen trabajo.",
    },
)

EDITIONS: tuple[dict[str, Any], ...] = (
    {
        "year": 2017,
        "theme_en": "Social capital",
        "theme_es": "Capital social",
        "starts_on": "2017-10-25",
        "ends_on": "2017-10-25",
    },
    {
        "year": 2018,
        "theme_en": "The legacy of segregation",
        "theme_es": "El legado de la segregación",
        "starts_on": "2018-10-24",
        "ends_on": "2018-10-24",
    },
    {
        "year": 2019,
        "theme_en": "Opportunity for every child",
        "theme_es": "Oportunidad para cada niña y cada niño",
        "starts_on": "2019-10-01",
        "ends_on": "2019-10-31",
    },
)

PROMPTS: tuple[tuple[str, str], ...] = (
    (
        "Who helped you when you needed a door opened?",
        "¿Quién le ayudó cuando necesitaba que se abriera una puerta?",
    ),
    (
        "What does it take for a child in your zip code to rise?",
        "¿Qué necesita una niña o un niño de su código postal para salir adelante?",
    ),
    ("What will you do after tonight, and with whom?", "¿Qué hará después de hoy, y con quién?"),
)

NOTES: tuple[tuple[str, ...], ...] = (
    (
        "A coach who drove three of us to practice because no bus went there.",
        "My grandmother’s church paid the deposit on our first apartment.",
        "A librarian who filled in the college forms with me, twice.",
        "Nobody, for a long time. Then a manager who did not look at my address.",
        "The neighbor who watched our kids so my wife could finish nursing school.",
    ),
    (
        "Child care that opens before the first shift does.",
        "A bus that comes every fifteen minutes, also on Sunday.",
        "Rent that leaves something at the end of the month.",
        "Teachers who stay longer than two years.",
        "One adult outside the family who calls back.",
        "Knowing somebody who does the work you dream of.",
    ),
    (
        "Two of us will visit the school board together in November.",
        "We want to eat together again in spring and bring one more each.",
        "Ask our employer to take two paid interns from West Charlotte High.",
        "Start a list of rides to the early-voting site.",
        "Tell the story of our street at the next forum.",
    ),
)

COMMITMENTS: tuple[tuple[str, str], ...] = (
    ("U", "Invite one family I do not know to dinner before the holidays"),
    ("H", "Offer a paid summer place in my shop"),
    ("P", "Bring the renters on our block to the housing hearing"),
    ("C", "Read to the four-year-olds every Tuesday"),
    ("Q", "Collect signatures for a shelter at the bus stop"),
    ("G", "Help three students with their financial-aid forms"),
    ("R", "Ask our congregation to train ten people in mental-health first aid"),
)
