"""The fixed words of every newsletter. They are content, frozen and sent in the reader's language,
so they stand here in both languages and do not wait for the interface's translation."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "browser": "View in your browser",
        "preferences": "Choose what you receive",
        "leave": "Leave this list",
        "why": "You receive this because you asked for “{topic}” from {organisation}.",
        "event_link": "Details and registration",
        "called_off": "This event is called off.",
        "from": "The {alliance}",
    },
    "es": {
        "browser": "Ver en el navegador",
        "preferences": "Elegir lo que recibo",
        "leave": "Salir de esta lista",
        "why": "Recibe este correo porque pidió “{topic}” de {organisation}.",
        "event_link": "Detalles e inscripción",
        "called_off": "Este evento fue cancelado.",
        "from": "{alliance}",
    },
}
