"""The characters of the 7-bit alphabets, default and national (3GPP TS 23.038 section 6.2 and annex A).

A locking shift table stands in for the default alphabet, a single shift table for its extension, after an escape.  What
a table leaves open is a space in the first and missing in the second.  Languages are numbered as in section 6.2.1.2.4.
"""

from collections.abc import Mapping, Sequence
from typing import Final

LANGUAGES: Final = (
    "default", "Turkish", "Spanish", "Portuguese", "Bengali", "Gujarati", "Hindi", "Kannada", "Malayalam", "Oriya",
    "Punjabi", "Tamil", "Telugu", "Urdu",
)  # fmt: skip

# Section 6.2.1; 0x1B is the escape, shown as a space where it means nothing.
DEFAULT: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

# Section 6.2.1.1.
EXTENSION: Final = {
    0x0A: "\f",
    0x14: "^",
    0x1B: " ",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}

# A.3.4 to A.3.12 are one layout: a letter's place in its block of Unicode, of 128 characters, or one of these:
INDIC: Final = (
    "01 02 03 05 06 07 08 09 0A 0B \n 0C 0D \r 0E 0F 10 11 12 13 14 15 16 17 18 19 1A _ 1B 1C 1D 1E "
    "_ ! 1F 20 21 22 23 24 ) ( 25 26 , 27 . 28 '0 '1 '2 '3 '4 '5 '6 '7 '8 '9 : ; 29 2A 2B ? "
    "2C 2D 2E 2F 30 31 32 33 34 35 36 37 38 39 3C 3D 3E 3F 40 41 42 43 44 45 46 47 48 49 4A 4B 4C 4D"
)
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

# A.2.4 to A.2.13 share these; the other places are each language's own.
INDIC_SIGNS: Final = (
    EXTENSION
    | dict(zip((*range(0x0D), *range(0x0E, 0x19)), "@£$¥¿\"¤%&'\f*+-/<=>¡^¡_#*", strict=True))
    | {code: chr(code) for code in range(ord("A"), ord("Z") + 1)}
)
SIGN_PLACES: Final = (0x19, 0x1A, *range(0x1C, 0x28), *range(0x2A, 0x2F), *range(0x30, 0x3C), 0x3F)

TURKISH: Final = {
    0x04: "€", 0x07: "ı", 0x0B: "Ğ", 0x0C: "ğ", 0x1C: "Ş", 0x1D: "ş", 0x40: "İ", 0x60: "ç",
}  # fmt: skip
PORTUGUESE: Final = {
    0x04: "ê", 0x06: "ú", 0x07: "í", 0x08: "ó", 0x09: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á", 0x0F: "á", 0x12: "ª",
    0x13: "Ç", 0x14: "À", 0x15: "∞", 0x16: "^", 0x17: "\\", 0x18: "€", 0x19: "Ó", 0x1A: "|", 0x1C: "Â", 0x1D: "â",
    0x1E: "Ê", 0x24: "º", 0x40: "Í", 0x5B: "Ã", 0x5C: "Õ", 0x5D: "Ú", 0x60: "~", 0x7B: "ã", 0x7C: "õ", 0x7D: "`",
}  # fmt: skip
# A.3.13, by code points as far as the letters.
URDU: Final = (
    "0627 0622 0628 067B 0680 067E 06A6 062A 06C2 067F \n 0679 067D \r 067A 067C 062B 062C 0681 0684 0683 "
    "0685 0686 0687 062D 062E 062F _ 068C 0688 0689 068A _ ! 068F 068D 0630 0631 0691 0693 ) ( 0699 0632 , "
    "0696 . 0698 '0 '1 '2 '3 '4 '5 '6 '7 '8 '9 : ; 069A 0633 0634 ? 0635 0636 0637 0638 0639 0641 0642 06A9 "
    "06AA 06AB 06AF 06B3 06B1 0644 0645 0646 06BA 06BB 06BC 0648 06C4 06D5 06C1 06BE 0621 06CC 06D0 06D2 064D "
    "0650 064F 0657 0654"
)


def shown(name: str, block: int = 0) -> str:
    """A character by its notation in the lists above: hexadecimal digits, a sign, `_` a space, `'` before a digit."""
    if name.startswith("'"):
        return name[1]
    return chr(block + int(name, 16)) if len(name) > 1 else name.replace("_", " ")


def replaced(changes: Mapping[int, str]) -> str:
    """The default alphabet with some places taken by other characters."""
    return "".join(changes.get(code, char) for code, char in enumerate(DEFAULT))


def indic(block: int, missing: str, last: str) -> str:
    """A locking shift table of the common layout; `missing` and `last` are places in the block."""
    holes = missing.split()
    table = "".join(" " if name in holes else shown(name, block) for name in INDIC.split(" "))
    return table + shown(last.split()[0], block) + LETTERS + "".join(shown(name, block) for name in last.split()[1:])


def signs(points: str) -> dict[int, str]:
    """A single shift table of the common layout, by the code points at SIGN_PLACES; `a..b` are all from a to b."""
    chars = ""
    for point in points.split():
        first, _, last = point.partition("..")
        chars += "".join(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return INDIC_SIGNS | dict(zip(SIGN_PLACES, chars, strict=False))


# A.3.7 prints U+0CAA for 0x24, where the order of the letters has U+0CA1; as printed, like everybody who reads it.
KANNADA: Final = indic(0x0C80, "01 0D 11 29 34 45 49", "55 56 60 61 62 63").replace("\u0ca1", "\u0caa")

# A.2.12 has neither dandas nor a euro.
TELUGU_SIGNS: Final = {
    code: char
    for code, char in signs("0964 0965 0C66..0C6F 0C58 0C59 0C78..0C7F").items()
    if code not in (0x19, 0x1A, 0x65)
}

# fmt: off
LOCKING: Final[Sequence[str]] = (
    DEFAULT,
    replaced(TURKISH),
    DEFAULT,  # Spanish has none.
    replaced(PORTUGUESE),
    indic(0x0980, "0D 0E 11 12 29 31 33 34 35 45 46 49 4A", "4E 57 5C 5D 70 71"),
    indic(0x0A80, "0E 12 29 31 34 46 4A", "50 60 61 62 63 71"),
    indic(0x0900, "", "50 72 7B 7C 7E 7F"),
    KANNADA,
    indic(0x0D00, "01 0D 11 29 3C 45 49", "57 60 61 62 63 79"),
    indic(0x0B00, "0D 0E 11 12 29 31 34 45 46 49 4A", "56 57 60 61 62 63"),
    indic(0x0A00, "0B 0C 0D 0E 11 12 29 31 34 37 3D 43 44 45 46 49 4A", "51 70 71 72 73 74"),
    indic(0x0B80, "01 0B 0C 0D 11 16 17 18 1B 1D 20 21 22 25 26 27 2B 2C 2D 3C 3D 43 44 45 49", "50 57 70 71 72 79"),
    indic(0x0C00, "0D 11 29 34 3C 45 49", "55 56 60 61 62 63"),
    "".join(map(shown, URDU.split(" "))) + LETTERS + "\u0655\u0651\u0653\u0656\u0670",
)

SINGLE: Final[Sequence[Mapping[int, str]]] = (
    EXTENSION,
    EXTENSION | {0x47: "Ğ", 0x49: "İ", 0x53: "Ş", 0x63: "ç", 0x67: "ğ", 0x69: "ı", 0x73: "ş"},
    EXTENSION | {
        0x09: "ç", 0x41: "Á", 0x49: "Í", 0x4F: "Ó", 0x55: "Ú", 0x61: "á", 0x69: "í", 0x6F: "ó", 0x75: "ú",
    },
    EXTENSION | {
        0x05: "ê", 0x09: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á", 0x0F: "á", 0x12: "Φ", 0x13: "Γ", 0x15: "Ω", 0x16: "Π",
        0x17: "Ψ", 0x18: "Σ", 0x19: "Θ", 0x1F: "Ê", 0x41: "À", 0x49: "Í", 0x4F: "Ó", 0x55: "Ú", 0x5B: "Ã", 0x5C: "Õ",
        0x61: "Â", 0x69: "í", 0x6F: "ó", 0x75: "ú", 0x7B: "ã", 0x7C: "õ", 0x7F: "â",
    },
    signs("09E6..09EF 09DF..09E3 09F2..09FA"),
    signs("0964 0965 0AE6..0AEF"),
    signs("0964 0965 0966..096F 0951..0954 0958..0963 0970 0971"),
    signs("0964 0965 0CE6..0CEF 0CDE 0CF1 0CF2"),
    signs("0964 0965 0D66..0D6F 0D70..0D75 0D7A..0D7F"),
    signs("0964 0965 0B66..0B6F 0B5C 0B5D 0B5F 0B70 0B71"),
    signs("0964 0965 0A66..0A6F 0A59..0A5C 0A5E 0A75"),
    signs("0964 0965 0BE6..0BEF 0BF3..0BF8 0BFA"),
    TELUGU_SIGNS,
    signs("0600 0601 06F0..06F9 060C..060F 0610..0614 061B 061F 0640 0652 0658 066B 066C 0672 0673 06CD 06D4"),
)
# fmt: on
