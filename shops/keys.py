"""The form under which names of makes and models are compared."""

import re
import unicodedata

_NOT_WORDS = re.compile(r"[\W_]+")
# Letters of Arabic that people write for one another.
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None, "ک": "ك", "ی": "ي"})


def name_key(name: str) -> str:
    """Return a name without case, accents, spaces and punctuation: "Citroën" and "CITROEN " agree.

    Arabic digits become Latin ones and the forms of alef, ya and ta marbuta become one.
    A name that is punctuation only gives "".
    """
    if name.isascii():
        return _NOT_WORDS.sub("", name).lower()
    plain = unicodedata.normalize("NFKD", name.translate(_ARABIC)).casefold()
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    kept = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in kept)
    return _NOT_WORDS.sub("", kept).translate(_ARABIC)
