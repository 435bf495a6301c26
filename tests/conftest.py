"""How Hypothesis runs: the same examples every time, so that a change fails and chance does not.

To look for new ones: `HYPOTHESIS_PROFILE=search pytest …` takes another seed each time, and prints how to come back to
what it found. Such a case then becomes an `@example`.
"""

from __future__ import annotations

import os
import signal

from hypothesis import settings

settings.register_profile("ci", derandomize=True, print_blob=True)
settings.register_profile("search", print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that starts the tests in the background has them ignore Ctrl-C, and so would what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
