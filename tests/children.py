"""Children of the test process, which may be killed."""

import os


def in_child(work):
    """Process number of a child that does some work and ends."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child
