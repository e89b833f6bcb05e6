"""The fonts of the extra `pages`: which one has a character, opened at a size and a weight.

All are Noto Sans (SIL Open Font License 1.1) from two packages of the Python index; none of the machine's own fonts is
ever used, so that a page looks the same everywhere.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from gateway.errors import ConfigError

if TYPE_CHECKING:
    import uharfbuzz as hb

UNITS = 64  # units of length in one pixel
_PACKAGES = ("uharfbuzz", "manimgx-fonts", "manimgx-fonts-cjk")
_CJK = "CJK"
LATIN = "NotoSans"
EMOJI = "NotoEmoji"  # its space is as wide as a picture
# Asked in this order. Latin first: digits, punctuation and Latin letters look alike on every page.
_CHAIN = (
    LATIN,
    _CJK,
    *(
        f"NotoSans{script}"
        for script in (
            "Arabic",
            "Hebrew",
            "Devanagari",
            "Thai",
            "Armenian",
            "Georgian",
            "Bengali",
            "Gujarati",
            "Gurmukhi",
            "Kannada",
            "Malayalam",
            "Oriya",
            "Sinhala",
            "Tamil",
            "Telugu",
            "Khmer",
            "Lao",
            "Myanmar",
            "Ethiopic",
            "Symbols",
        )
    ),
    EMOJI,
)
# The member of the CJK collection that has a language's national forms.
_CJK_MEMBERS = {"ja": 0, "ko": 1, "zh": 2, "zh-Hant": 3, "zh-HK": 4}
_CJK_FAMILIES = {"ja": "JP", "ko": "KR", "zh": "SC", "zh-Hant": "TC", "zh-HK": "HK"}


def national_form(language: str) -> str:
    """The language whose forms of Han characters a text in `language` takes; Chinese in simplified form by default."""
    parts = language.replace("_", "-").split("-")
    if parts[0] == "zh":
        if "HK" in parts or "MO" in parts:
            return "zh-HK"
        return "zh-Hant" if "Hant" in parts or "TW" in parts else "zh"
    return parts[0] if parts[0] in _CJK_MEMBERS else "zh"


@lru_cache(maxsize=32_768)
def face_of(char: str) -> str | None:
    """The first face of the chain that has the character; None where no font has it."""
    return next((face for face in _CHAIN if _open(face, "zh").get_nominal_glyph(ord(char)) is not None), None)


@lru_cache(maxsize=32_768)
def has(face: str, char: str) -> bool:
    """Whether this very face has the character."""
    return _open(face, "zh").get_nominal_glyph(ord(char)) is not None


@lru_cache(maxsize=256)
def font(face: str, form: str, size: int, weight: int) -> hb.Font:
    """A face ready for shaping; `size` in units (1/64 pixel), `weight` 400 to 700, `form` of `national_form`."""
    harfbuzz = engine()
    made = harfbuzz.Font(_open(face, form).face)
    made.scale = (size, size)
    made.set_variations({"wght": float(weight)})
    return made


@lru_cache(maxsize=64)
def _open(face: str, form: str) -> hb.Font:
    harfbuzz = engine()
    if face == _CJK:
        blob = harfbuzz.Blob.from_file_path(_path("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc"))
        return harfbuzz.Font(harfbuzz.Face(blob, _CJK_MEMBERS[form]))
    return harfbuzz.Font(harfbuzz.Face(harfbuzz.Blob.from_file_path(_path("manimgx_fonts", f"{face}[wght].ttf"))))


def _path(package: str, name: str) -> str:
    try:
        return str(files(package) / name)
    except ModuleNotFoundError as error:
        raise _not_installed(package) from error


def engine() -> Any:
    """The shaping engine, HarfBuzz: imported at the first page, never before.

    Raises: ConfigError `pages.not_installed`.
    """
    try:
        import uharfbuzz
    except ModuleNotFoundError as error:
        raise _not_installed("uharfbuzz") from error
    return uharfbuzz


def _not_installed(missing: str) -> ConfigError:
    return ConfigError(
        "pages.not_installed",
        f"a page image can't be drawn: got no package {missing}, expected the extra 'pages'",
        advice="pip install 'testamur[pages]'",
    )


def renderer() -> str:
    """What draws the pages here, with versions: where it is equal, equal pages have equal bytes.

    Raises: ConfigError `pages.not_installed`.
    """
    named = []
    for package in _PACKAGES:
        try:
            named.append(f"{package}/{version(package)}")
        except PackageNotFoundError as error:
            raise _not_installed(package) from error
    return " ".join(named)


def folders() -> tuple[str, ...]:
    """Where the font files stand, for an engine that opens them itself.

    Raises: ConfigError `pages.not_installed`.
    """
    return tuple(_path(package, "") for package in ("manimgx_fonts", "manimgx_fonts_cjk"))


def families(form: str) -> tuple[str, ...]:
    """The names of the families in the order in which they are asked, Han characters in the forms of a language."""
    cjk = f"Noto Sans CJK {_CJK_FAMILIES[form]}"
    return tuple(cjk if face == _CJK else _family(face) for face in _CHAIN)


def _family(face: str) -> str:
    """NotoSansThai is "Noto Sans Thai"."""
    return face.replace("Noto", "Noto ").replace("Sans", "Sans ").strip()
