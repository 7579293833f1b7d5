# Boost.Context comes without a pkg-config module.
LIBS_costs_fcontext := -lboost_context
