"""A cluster without processes, network or real time, for unit tests of programs that embed the library."""
