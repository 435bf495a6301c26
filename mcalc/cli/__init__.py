"""The command line: one file a command, which `main` finds, and what they have in common.

command options help       arguments, options and help on top of click
expressions data document  where expressions, numbers and claims come from
guard                      work within its limits, in a process of its own
output screen progress     results for a pipe, for a terminal, and while they are waited for
catalogue session          lists that are searched; what a session remembers
"""

import gc

# A command makes many objects and few cycles: looking for these as often as Python does costs a tenth of its time.
gc.set_threshold(50_000, 20, 20)
