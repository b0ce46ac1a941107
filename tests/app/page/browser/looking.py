"""What tests of a page ask of it."""


def line(page):
    """Of which line the question is."""
    return page.locator("#question-title").inner_text()


def press(page, key):
    """Press a key that answers, and wait until the next question can be answered."""
    before = line(page)
    page.keyboard.press(key)
    page.wait_for_function(
        "before => document.querySelector('#question-title').textContent !== before", arg=before
    )
    page.wait_for_timeout(160)
