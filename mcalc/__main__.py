"""`python -m mcalc` is `mcalc`."""

from mcalc.cli.main import main

if __name__ == "__main__":
    main()
