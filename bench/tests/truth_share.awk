# truth_share.awk - the serial share a second time, by another program.
# SPDX-License-Identifier: MIT
#
# Teaches: a computation that nobody has repeated is an opinion. This file
# follows scripts/lib/amdahl.h and interval.h, and not their code.
#
# In: lines "KEY BLOCK N SECONDS", in any order; KEY is one word. Out: a line
# "KEY BLOCKS SHARE LOW HIGH" for each key, with "-" where there is none.

{ key[$1] = 1; block[$1, $2] = 1; time[$1, $2, $3] = $4; count[$3] = 1 }

# Sorts list[1..n], and with it the weights.
function sort(list, weight, n,    i, j, kept) {
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && list[j] < list[j - 1]; j--) {
            kept = list[j]; list[j] = list[j - 1]; list[j - 1] = kept
            kept = weight[j]; weight[j] = weight[j - 1]; weight[j - 1] = kept
        }
}

function share_of(m, n, ratio,    divisor) {
    divisor = (n - 1) - ratio * (m - 1)
    return divisor > 0 ? (ratio - 1) / divisor : 1e300
}

function leverage(s, n) { return (n - 1) / (1 + s * (n - 1)) }

# The share of one block, by the vote of all pairs of counts.
function block_share(k, b,    i, j, n, work, at, guess, pairs, all, below) {
    n = 0
    for (i = 1; i <= counts; i++)
        if ((k, b, counted[i]) in time) {
            at[++n] = counted[i]
            work[n] = counted[i] * time[k, b, counted[i]]
        }
    if (n < 2)
        return "-"
    guess = share_of(at[1], at[n], work[n] / work[1])
    if (guess < 0) guess = 0
    if (guess > 1) guess = guess < 1e300 ? 1 : 0
    all = 0
    for (i = 1; i <= n; i++)
        for (j = i + 1; j <= n; j++) {
            vote[++pairs] = share_of(at[i], at[j], work[j] / work[i])
            weight[pairs] = leverage(guess, at[j]) - leverage(guess, at[i])
            all += weight[pairs]
        }
    sort(vote, weight, pairs)
    below = 0
    for (i = 1; i < pairs; i++) {
        below += weight[i]
        if (below > all / 2)
            return vote[i]
        if (below == all / 2)
            return (vote[i] + vote[i + 1]) / 2
    }
    return vote[pairs]
}

# How many values stand outside the interval on each side, and one more: the
# greatest k with P(fewer than k of n heads) <= 0.025.
function rank(n,    k, term, sum) {
    term = 1
    for (k = 0; k < n; k++)
        term /= 2
    sum = 0
    for (k = 0; k < n / 2; k++) {
        sum += term
        if (sum > 0.025)
            return k
        term *= (n - k) / (k + 1)
    }
    return k
}

END {
    for (n in count)
        counted[++counts] = n + 0
    sort(counted, none, counts)
    for (k in key) {
        n = 0
        for (kb in block) {
            split(kb, part, SUBSEP)
            if (part[1] != k)
                continue
            s = block_share(k, part[2])
            if (s != "-")
                share[++n] = s + 0
        }
        sort(share, none, n)
        r = rank(n)
        middle = n % 2 ? share[(n + 1) / 2] : (share[n / 2] + share[n / 2 + 1]) / 2
        if (n == 0)
            print k, 0, "-", "-", "-"
        else if (r == 0)
            printf "%s %d %.15g - -\n", k, n, middle
        else
            printf "%s %d %.15g %.15g %.15g\n", k, n, middle, share[r], share[n + 1 - r]
    }
}
