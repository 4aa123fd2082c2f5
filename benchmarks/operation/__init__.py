"""How quick and how small: this version beside 1.1.1 and stock Rasa, measured in one run on one machine.

- `rows`: the table's rows, what each has to reach, and whether it does
- `projects`: the three checkouts that are measured, and how each is trained and served
- `turns`: messages over REST and how long they take
- `measure`: the run (`make bench`); writes `docs/operation/`
"""
