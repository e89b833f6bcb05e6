"""How long a page image takes, base64 included: the same page again, and one with new texts each time."""

from __future__ import annotations

import base64
import statistics
import time
from dataclasses import replace

from gateway.rendering.image import draw
from gateway.rendering.page import Award, Course, Fact, Page

ROUNDS = 40
PAGES = {
    "Latin, 60 courses": (
        "nb",
        60,
        ("Innføring i programmering", "Statistikk og sannsynlighetsregning", "Språkfilosofi"),
    ),
    "Han, 40 courses": ("zh", 40, ("高等数学", "线性代数与解析几何", "数据结构与算法设计（双语）")),
    "Arabic, 15 courses": (
        "ar",
        15,
        ("مقدمة في البرمجة (CS-101)", "الخوارزميات وهياكل البيانات", "الرياضيات المتقطعة"),
    ),
}


def made(language: str, count: int, titles: tuple[str, ...]) -> Page:
    courses = tuple(Course(f"{titles[n % 3]} {n}", f"CS-{n}", "7.5", "B+", "2024-06-15") for n in range(count))
    award = Award(titles[0], (Fact("EQF", "6"), Fact("ECTS", "180")))
    return Page(language, titles[0], issuers=(titles[1],), learner=titles[2], awards=(award,), courses=courses)


def changed(page: Page, n: int) -> Page:
    courses = tuple(replace(course, title=f"{course.title} / {n}") for course in page.courses)
    return replace(page, learner=f"{page.learner} {n}", courses=courses)


def median(pages: list[Page]) -> float:
    times = []
    for page in pages:
        start = time.process_time()
        base64.b64encode(draw(page).png)
        times.append(time.process_time() - start)
    return statistics.median(times) * 1000


def main() -> None:
    for name, (language, count, titles) in PAGES.items():
        page = made(language, count, titles)
        draw(page)
        same, fresh = median([page] * ROUNDS), median([changed(page, n) for n in range(ROUNDS)])
        print(f"{name}: same {same:.1f} ms, new texts {fresh:.1f} ms")


if __name__ == "__main__":
    main()
