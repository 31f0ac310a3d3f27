# shellcheck shell=bash
# Sourced by every script here: where things lie, how they are said, how a process is started, counted and ended.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export HOUSE; HOUSE=$(cd "$HERE/../../.." && pwd)
CACHE=${GRPC_K8S_CACHE:-$HOME/.cache/grpc-k8s}
BIN=$CACHE/bin                                   # programs
export TARS=$CACHE/images                               # images, as archives
W=$(realpath -m "${GRPC_K8S_CLUSTER:-$CACHE/cluster}")   # the running cluster: keys, state, logs
export IMAGE=${GRPC_K8S_IMAGE:-registry.local/grpc-k8s-example-app:test}
export PATH="$BIN:/usr/sbin:/sbin:$PATH"

say() { echo "cluster: $*" >&2; }
die() {
	say "$*"
	exit 1
}

# --- the cluster made of namespaces -----------------------------------------------------------------------------------
# bridge and control plane 10.200.0.1, node I 10.200.0.(10+I)
export NET=10.200.0 API=10.200.0.1 PODS=10.244 SVCS=10.96.0.0/16 DNS=10.96.0.10
# NODES, ZONES (node I gets the I-th, around and around), GRACE (seconds without a heartbeat until a node is not ready),
# EVICT (seconds more until its pods are replaced). GRACE is longer than the API server's absence in any test: it
# comes back to leases that are as old as its absence.
NODES=${NODES:-3} ZONES=${ZONES:-zone-a zone-b} GRACE=${GRACE:-40} EVICT=${EVICT:-30}
CG=grpc-k8s${W//[^a-zA-Z0-9]/-}

# Every process of the cluster lies in these cgroups from birth to death: the list of what may be ended, without a name
# or a stale process id.
procs() { find "/sys/fs/cgroup/pids/$CG" -name cgroup.procs -exec cat {} + 2>/dev/null | grep -v '^0$' || true; }
alive() {
	local first
	first=$(cat "$W/ns.pid" 2>/dev/null) && [ -n "$first" ] && grep -qx "$first" <<<"$(procs)"
}

# join PART: takes the calling shell into the cgroup PART. It is made in every hierarchy, because the kubelet asks for
# it, and joined in the two that we count and kill by: the daemons' memory stays with whoever started us.
join() {
	local hierarchy
	for hierarchy in /sys/fs/cgroup/*/tasks; do
		hierarchy=${hierarchy%/tasks}
		mkdir -p "$hierarchy/$CG"
		if [ -f "$hierarchy/cpuset.cpus" ]; then
			cat "$hierarchy/cpuset.cpus" >"$hierarchy/$CG/cpuset.cpus"
			cat "$hierarchy/cpuset.mems" >"$hierarchy/$CG/cpuset.mems"
			echo 1 >"$hierarchy/$CG/cgroup.clone_children"
		fi
		# beside processes that are in no group, a group counts as one of them: a cluster is more than that
		[ ! -f "$hierarchy/$CG/cpu.shares" ] || echo 8192 >"$hierarchy/$CG/cpu.shares"
		mkdir -p "$hierarchy/$CG/$1"
	done
	for hierarchy in pids cpuacct; do echo "$BASHPID" >"/sys/fs/cgroup/$hierarchy/$CG/$1/cgroup.procs"; done
}

# child PID: the child of that unshare, which is process 1 of the new namespaces. By the parent's name, because before
# its exec the parent has other children.
child() {
	local found
	for _ in $(seq 200); do
		if [ "$(cat "/proc/$1/comm" 2>/dev/null)" = unshare ] && found=$(pgrep -P "$1"); then
			echo "$found"
			return
		fi
		sleep .05
	done
	return 1
}

# run NAME COMMAND…: in the background, its log and process id in $LOGS
run() {
	local name=$1
	shift
	"$@" >"$LOGS/$name.log" 2>&1 &
	echo $! >"$LOGS/$name.pid"
}

# until_ok COMMAND…: tries for two minutes
until_ok() {
	for _ in $(seq 600); do
		if "$@" >/dev/null 2>&1; then return 0; fi
		sleep .2
	done
	say "not up: $*"
	return 1
}

# within COMMAND…: beside the control plane; NODE=2 within COMMAND…: in node 2
within() {
	local node=()
	alive || die "the cluster in $W is not up: $HERE/cluster up"
	[ -z "${NODE:-}" ] || node=(nsenter -t "$(cat "$W/node$NODE/pid")" -n -m -p "--wd=$PWD")
	nsenter -t "$(cat "$W/ns.pid")" -n -m -p "--wd=$PWD" "${node[@]}" env "KUBECONFIG=$W/pki/admin.conf" "$@"
}
