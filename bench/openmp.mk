# OpenMP is part of the compiler.
FLAGS_openmp := -fopenmp
