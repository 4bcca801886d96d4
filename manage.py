#!/usr/bin/env python3
"""`python3 manage.py up` runs the platform, `python3 manage.py test` its tests; the rest is Django's."""

import sys

if __name__ == "__main__":
    # Before any import that an older Python could not even parse.
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.exit(
            "Clutch needs Python 3.11 or newer, and this is %d.%d (%s).\n"  # noqa: UP031
            "Install a newer one and run it by name, for example: python3.11 manage.py up"
            % (sys.version_info[0], sys.version_info[1], sys.executable)
        )
    from clutch.bootstrap import main

    sys.exit(main(sys.argv))
