#!/usr/bin/env bash
# prepare.sh: installs from Debian what the cluster needs and the machine has not. prepare.sh check: only says it, in one
# message with the command that would. Go and a JDK are not among Debian's packages here: theirs are too old, or there.
. "$(dirname "$0")/lib.sh"
packages=()
need() { command -v "$1" >/dev/null || packages+=("$2"); } # program, package
need containerd containerd
need runc runc
need iptables iptables
need ip iproute2
need bridge iproute2
need openssl openssl
need curl curl
need gcc gcc
need buildah buildah
need prometheus prometheus
need promtool prometheus
need pgrep procps
need nsenter util-linux
need sysctl procps
[ -x /usr/lib/cni/bridge ] || packages+=(containernetworking-plugins)
[ -f /usr/include/stdlib.h ] || packages+=(libc6-dev)
mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u | grep .)

wanted=1.26.0
other=""
if ! command -v go >/dev/null; then
	other="Go $wanted or newer (https://go.dev/dl)"
elif [ "$(printf '%s\n' "$wanted" "$(go env GOVERSION | sed 's/^go//')" | sort -V | head -1)" != "$wanted" ] && [ "$(go env GOTOOLCHAIN)" = local ]; then
	other="Go $wanted or newer, here is $(go env GOVERSION) (https://go.dev/dl)"
fi
command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java" >/dev/null || other="${other:+$other; }a JDK, 17 or newer"
install="apt-get update && apt-get install -y --no-install-recommends ${packages[*]}"

if [ "${1:-}" = check ]; then
	missing=""
	[ ${#packages[@]} = 0 ] || missing="${packages[*]}: run '$install' or '$HERE/cluster prepare'"
	[ -z "$other" ] || missing="${missing:+$missing; }$other"
	[ -z "$missing" ] || die "missing: $missing"
	exit 0
fi
if [ ${#packages[@]} != 0 ]; then
	[ "$(id -u)" = 0 ] || die "as root: $install"
	command -v apt-get >/dev/null || die "no apt-get here; install: ${packages[*]}"
	say "installing ${packages[*]}"
	export DEBIAN_FRONTEND=noninteractive
	patient=(-qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
	apt-get "${patient[@]}" update
	# RUNLEVEL: no service starts because it is installed, the cluster starts its own
	RUNLEVEL=1 apt-get "${patient[@]}" install -y --no-install-recommends "${packages[@]}" </dev/null >/dev/null
fi
[ -z "$other" ] || die "missing: $other"
