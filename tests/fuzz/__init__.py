"""A fuzzer for the readers of configuration: valid directories, mutated, must end in diagnostics only.

`python -m tests.fuzz --inputs 100000 --seed 1` prints how often each diagnostic code was hit; `--only N`
shows the N-th input of a seed. An input follows from seed and number alone.
"""
