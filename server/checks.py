"""Who outside looks at what people send, as the settings say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.image_check import ImageChecks
from server.outside import Finding
from server.text_check import TextChecks

if TYPE_CHECKING:
    from server.config import Settings
    from server.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Checks:
    """Each is None if nobody was named for it."""

    text: TextChecks | None = None
    image: ImageChecks | None = None
    closing: tuple[Callable[[], Awaitable[None]], ...] = ()

    async def close(self) -> None:
        """Let their connections go."""
        for close in self.closing:
            await close()

    def measure(self, metrics: Metrics) -> None:
        """Show how they do."""
        if self.text is not None:
            metrics.add("text_check", self.text.statistics)
        if self.image is not None:
            metrics.add("image_check", self.image.statistics)


def checks_of(settings: Settings) -> Checks:
    """The checks that are set."""
    if settings.text_check_url is None and settings.image_check_url is None:
        return Checks()
    from server.check_http import Endpoint, HttpImageCheck, HttpTextCheck

    text = image = None
    closing = []
    if settings.text_check_url is not None and settings.text_check_secret is not None:
        asked = HttpTextCheck(Endpoint.of(settings.text_check_url, settings.text_check_secret))
        text = TextChecks(asked, default=Finding(settings.text_check_default))
        closing.append(asked.close)
    if settings.image_check_url is not None and settings.image_check_secret is not None:
        shown = HttpImageCheck(Endpoint.of(settings.image_check_url, settings.image_check_secret))
        image = ImageChecks(shown, default=Finding(settings.image_check_default))
        closing.append(shown.close)
    return Checks(text, image, tuple(closing))
