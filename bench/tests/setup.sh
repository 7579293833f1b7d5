#!/bin/sh
# setup.sh - tests scripts/setup on systems that are not this one.
#
# Each test gets a directory of its own as its whole PATH. In it stand a few
# real tools, and fakes: package managers that write down how they were
# called and "install" by making files, a pkg-config that knows the libraries
# that such files stand for, an `id` that names any user. So every package
# manager is tested on every machine, and nothing is installed.
# Left out: whether the package names are right. Only the systems know.
# SPDX-License-Identifier: MIT

# Dollars in single quotes are for the fakes to expand.
# shellcheck disable=SC2016
set -u

setup=$(cd -- "$(dirname -- "$0")/../../scripts" && pwd)/setup
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
number=0
failures=0

# One line of the result: whether the last command succeeded, and what for.
check()
{
    status=$?
    number=$((number + 1))
    if [ $status -eq 0 ]; then
        echo "ok $number - $1"
    else
        failures=$((failures + 1))
        echo "not ok $number - $1"
        sed 's/^/# /' "$bin/../said" "$bin/../calls" 2>/dev/null
    fi
}

# Puts a shell script into the fake PATH.
fake()
{
    printf '#!/bin/sh\n%s\n' "$2" >"$bin/$1"
    chmod +x "$bin/$1"
}

# A machine with nothing on it; its user is root.
machine()
{
    number_of_machines=$((${number_of_machines:-0} + 1))
    bin=$scratch/$number_of_machines/bin
    mkdir -p "$bin/../libraries"
    : >"$bin/../calls"
    for tool in sh sed cat head touch chmod; do
        ln -s "$(command -v $tool)" "$bin/$tool"
    done
    fake id 'echo 0'
}

# Tools and libraries that are there from the start.
has()
{
    for one in "$@"; do
        case $one in
        lib:*) : >"$bin/../libraries/${one#lib:}" ;;
        cc) fake cc 'case $1 in *libgomp.so) echo "$0" ;; *) echo "${1#*=}" ;; esac' ;;
        pkg-config) fake pkg-config '[ -e "${0%/bin/*}/libraries/$2" ]' ;;
        *) fake "$one" 'exit 0' ;;
        esac
    done
}

everything()
{
    has cc make pkg-config hyperfine gnuplot jq openssl curl lib:hwloc lib:jansson \
        lib:gsl lib:check lib:libcrypto lib:liburing lib:gdlib lib:libcurl
}

# A package manager that writes down its call and then does as $2 says.
manager()
{
    fake "$1" "echo \"${1##*/} \$*\" >>\"\${0%/bin/*}/calls\"; ${2:-exit 0}"
}

# Runs setup on the machine. What it prints is in `said`, on stdout in `out`.
run()
{
    PATH=$bin CC='' "$bin/sh" "$setup" "$@" >"$bin/../out" \
        2>"$bin/../said" </dev/null
}

said()
{
    grep -q -- "$1" "$bin/../said"
}

called()
{
    grep -qx -- "$1" "$bin/../calls"
}

same()
{
    [ "$1" = "$2" ] || { echo "# expected: $2" && echo "# got:      $1" && false; }
}

# --------------------------------------------------------- every manager

dry_run()
{
    machine
    manager "$1"
    run --for test --dry-run
    same "$(cat "$bin/../out")" "$2" && [ ! -s "$bin/../calls" ]
    check "$1: --dry-run prints the one command and runs nothing"
}

dry_run apt-get 'apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev make pkg-config libhwloc-dev libjansson-dev libgsl-dev hyperfine gnuplot-nox jq curl check libssl-dev openssl liburing-dev libgd-dev libhttp-parser-dev libcurl4-openssl-dev libboost-context-dev libgomp1'
dry_run dnf 'dnf install -y gcc make pkgconf-pkg-config hwloc-devel jansson-devel gsl-devel hyperfine gnuplot jq curl check-devel openssl-devel openssl liburing-devel gd-devel llhttp-devel libcurl-devel boost-devel libgomp'
dry_run pacman 'pacman -S --noconfirm --needed gcc make pkgconf hwloc jansson gsl hyperfine gnuplot jq curl check openssl liburing gd llhttp boost gcc-libs'
dry_run zypper 'zypper --non-interactive install gcc make pkg-config hwloc-devel libjansson-devel gsl-devel hyperfine gnuplot jq curl check-devel libopenssl-devel openssl liburing-devel gd-devel llhttp-devel libcurl-devel libboost_context-devel libgomp1'
dry_run brew 'brew install gcc make pkgconf hwloc jansson gsl hyperfine gnuplot jq curl check openssl@3 gd llhttp boost libomp'

for system in apt-get dnf pacman zypper brew; do
    machine
    everything
    rm "$bin/gnuplot"
    # Installing anything brings gnuplot.
    manager "$system" 'printf "#!/bin/sh\n" >"${0%/*}/gnuplot"; chmod +x "${0%/*}/gnuplot"'
    run && said 'installing: gnuplot' && [ -x "$bin/gnuplot" ]
    check "$system: says what it installs, installs it, exits 0"
done

# --------------------------------------------------------- nothing to do

machine
everything
manager apt-get
run && [ ! -s "$bin/../said" ] && [ ! -s "$bin/../out" ] && [ ! -s "$bin/../calls" ]
check 'silent when nothing is missing'

machine
everything
rm "$bin/../libraries/check"
run --for bench && ! run --for test && said check
check 'bench does not ask for what only the tests need'

# A machine whose compiler finds no http_parser.h.
without_parser()
{
    machine
    everything
    fake cc 'case $1 in -E) exit 1 ;; *libgomp.so) echo "$0" ;; esac'
    manager apt-get 'exit 1'
}

without_parser
has lib:libllhttp
run && [ ! -s "$bin/../said" ]
check 'of the two HTTP parsers one will do'

without_parser
run && said 'goes on without: http-parser' && said 'installing: libhttp-parser-dev'
check 'apt: http-parser where there is no llhttp'

without_parser
fake apt-cache '[ "$2" = libllhttp-dev ]'
run && said 'goes on without: http-parser' && said 'installing: libllhttp-dev'
check 'apt: llhttp where there is one'

# ---------------------------------------------------------- the right to

# A user, with a sudo that does $1 and then what it is told.
user()
{
    machine
    everything
    rm "$bin/jq"
    fake id 'echo 1000'
    manager dnf 'printf "#!/bin/sh\n" >"${0%/*}/jq"; chmod +x "${0%/*}/jq"'
    [ $# -eq 0 ] || fake sudo "$1"
}

user 'shift; [ "$1" = true ] || exec "$@"'
run && called 'dnf install -y jq'
check 'a user installs through sudo when it asks for nothing'

user 'exit 1'
! run && said 'sudo dnf install -y jq' && [ ! -s "$bin/../calls" ]
check 'prints the command when sudo would ask and nobody is there'

user
! run && said 'sudo dnf install -y jq' && said 'still missing: jq'
check 'prints the command when there is no sudo'

machine
everything
rm "$bin/jq"
! run && said 'no package manager' && said 'still missing: jq'
check 'says so when no package manager is known'

# ---------------------------------------------------- what is for CI alone

# A machine that lacks nothing for CI but what its argument takes away.
for_ci()
{
    machine
    everything
    has clang clang-format clang-tidy strace shellcheck chromium npm
    fake clang 'mkdir -p "${0%/*}/rt"; : >"${0%/*}/rt/libclang_rt.asan.a"; echo "${0%/*}/rt"'
    # Fetches what it is told to, with its version.
    fake npm 'echo "npm $*" >>"${0%/bin/*}/calls"
        [ "$1 $2" = "install --prefix" ] || exit 1
        mkdir -p "$3/node_modules/axe-core"'
    ln -s "$(command -v mkdir)" "$bin/mkdir"
    for lib in gomp hwloc; do : >"$bin/../libraries/$lib"; done
    [ $# -eq 0 ] || rm "$bin/$1"
    export BUILD="$bin/../build"
}

for_ci
run --for ci && [ -d "$BUILD/axe/node_modules/axe-core" ] &&
    said 'fetching axe-core@[0-9.]* into' &&
    [ "$(grep -c ^npm "$bin/../calls")" -eq 1 ]
check 'ci: fetches the module for tests of the page'
run --for ci && [ ! -s "$bin/../said" ] &&
    [ "$(grep -c ^npm "$bin/../calls")" -eq 1 ]
check 'ci: once'

for_ci
fake npm 'exit 1'
run --for ci && said 'goes on without: axe-core@[0-9.]* (' &&
    [ "$(wc -l <"$bin/../said")" -eq 2 ]
check 'ci: goes on without it, where there is no network'

for_ci npm
run --for ci && said 'goes on without: npm axe-core' && [ ! -e "$BUILD/axe" ]
check 'ci: goes on without npm'

for_ci chromium
manager apt-get 'printf "#!/bin/sh\n" >"${0%/*}/chromium"; chmod +x "${0%/*}/chromium"'
run --for ci && said 'installing: chromium' && [ -x "$bin/chromium" ]
check 'ci: installs a browser'

for_ci
run --for test && [ ! -e "$BUILD/axe" ]
check 'only ci asks for it'
unset BUILD

# --------------------------------------------------------------- failures

machine
everything
rm "$bin/jq"
# No package can be found until the lists were fetched.
manager apt-get 'case $1 in
update) : >"${0%/*}/lists" ;;
*) [ -e "${0%/*}/lists" ] || exit 100
   printf "#!/bin/sh\n" >"${0%/*}/jq"; chmod +x "${0%/*}/jq" ;;
esac'
run && called 'apt-get update'
check 'apt: fetches the lists when a package is not found'

machine
everything
rm "$bin/jq"
manager apt-get 'exit 100'
! run && said 'still missing: jq'
check 'exits 1 when something required cannot be installed'

machine
everything
rm "$bin/../libraries/liburing"
manager dnf 'echo "no such package" >&2; exit 1'
run && said 'goes on without: liburing' &&
    [ "$(grep -c 'without\|still\|no such' "$bin/../said")" -eq 1 ]
check 'goes on, with one line, without what is optional'

user
has jq
rm "$bin/../libraries/liburing"
run && [ "$(wc -l <"$bin/../said")" -eq 1 ]
check 'one line and exit 0 when a user lacks only what is optional'

machine
everything
rm "$bin/cc"
! run && said 'still missing: cc'
check 'the compiler is required'

# ------------------------------------------------------------------ usage

for bad in --frob '--for' '--for all' extra; do
    machine
    # shellcheck disable=SC2086  # two words on purpose
    run $bad
    [ $? -eq 2 ] && [ "$(wc -l <"$bin/../said")" -eq 1 ]
    check "'$bad': one line and exit 2"
done

echo "1..$number"
[ "$failures" -eq 0 ]
