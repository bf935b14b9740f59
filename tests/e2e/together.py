"""One picture of a phone, the console and the wall on a shelf, made of their screenshots."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.async_api import Browser

# Colours as in client_web/src/style/tokens.css.
PAGE = """<!doctype html>
<style>
  body { margin: 0; width: 2000px; background: #faf6ef; }
  main { display: flex; align-items: flex-end; justify-content: center; gap: 56px; padding: 72px 56px 0; }
  img { display: block; width: 100%%; }
  figure { margin: 0; background: #221b14; box-shadow: 0 24px 48px rgb(60 40 20 / 18%%); overflow: hidden; }
  .phone { width: 270px; padding: 9px; border-radius: 38px; }
  .phone img { border-radius: 30px; }
  .console { width: 680px; padding: 12px 12px 26px; border-radius: 16px 16px 6px 6px; }
  .console img { border-radius: 6px; }
  .wall { width: 800px; padding: 12px; border-radius: 10px; }
  .stand { display: grid; justify-items: center; }
  .stand i { width: 30%%; height: 34px; background: #3a332b; }
  .shelf { height: 20px; margin: 0 40px; border-radius: 5px; background: #e6ded1; }
  .under { height: 64px; }
</style>
<main>
  <figure class="phone"><img src="%(phone)s"></figure>
  <figure class="console"><img src="%(console)s"></figure>
  <div class="stand"><figure class="wall"><img src="%(wall)s"></figure><i></i></div>
</main>
<div class="shelf"></div><div class="under"></div>
"""


async def compose(browser: Browser, pictures: dict[str, Path], to: Path) -> None:
    """Put the screenshots named phone, console and wall beside each other."""
    sources = {
        name: "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode() for name, path in pictures.items()
    }
    page = await browser.new_page(viewport={"width": 2000, "height": 800})
    await page.set_content(PAGE % sources)
    await page.evaluate("Promise.all(Array.from(document.images, (one) => one.decode()))")
    await page.locator("body").screenshot(path=to)
    await page.close()
