"""What a job gets, and what is refused: the rules of the user guide, each decision recorded.

Every rule writes what it decided, and what it refuses, into a :class:`~launcher_k8s.decisions.Trail` and
goes on, so that all problems of a job are told at once. Source: domain, sections 2, 4 and 5.
"""
