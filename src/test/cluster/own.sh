# shellcheck shell=bash
# The cluster made of namespaces: sourced by `cluster`. The layout, and what each choice is for, is in docs/testing.md.

cluster_kubeconfig() { echo "$W/pki/admin.conf"; }
cluster_audit() { echo "$W/log/audit.log"; }
cluster_in() { within "$@"; }
cluster_programs() { nice "$HERE/programs.sh" && nice "$HERE/programs.sh" receivers; }
cluster_pid() {
	alive || die "the cluster in $W is not up: $HERE/cluster up"
	cat "$W/ns.pid"
}

cluster_check() {
	[ "$(uname -s)" = Linux ] || die "without Docker this needs Linux: install Docker and kind, or set CLUSTER=kubeconfig"
	[ "$(id -u)" = 0 ] || die "namespaces, mounts and cgroups need root: run as root, install Docker and kind, or set CLUSTER=kubeconfig"
	[ -d /sys/fs/cgroup/pids ] || die "this machine has cgroup v2, for which 'own' is not made yet: install Docker and kind, or set CLUSTER=kubeconfig"
	"$HERE/prepare.sh" check
}

cluster_up() {
	cluster_check
	"$HERE/programs.sh"
	"$HERE/images.sh" system
	mkdir -p "$W/log"
	exec 9>"$W/lock"
	flock 9 # a second one waits for the first
	if alive && [ -f "$W/up" ]; then
		say "already up, with $(tr '\n' ' ' <"$W/settings"); 'cluster down' first to change that"
		cluster_status
		return
	fi
	cluster_down # what a killed cluster or a half-finished start left
	say "starting $NODES nodes in $W"
	# Objects and pods of an earlier life are forgotten. Keys and the nodes' images stay, which makes the start quick.
	rm -rf "$W"/etcd "$W"/log "$W"/node*/{log,kubelet,podlogs}
	mkdir -p "$W/log" "$W/etcd"
	declare -p NODES ZONES GRACE EVICT | sed 's/^declare -[^ ]* //' >"$W/settings"
	(
		join control
		exec 9>&-
		exec setsid unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private \
			"$HERE/control-plane.sh" "$W" </dev/null >"$W/log/up.log" 2>&1
	) &
	local first=$!
	trap 'kill -KILL '"$first"' 2>/dev/null; cluster_down; exit 1' INT TERM
	child "$first" >"$W/ns.pid" || true
	for _ in $(seq 1500); do
		if [ -f "$W/up" ]; then
			trap - INT TERM
			cat "$W/log/up.log"
			return
		fi
		alive || break
		sleep .2
	done
	tail -20 "$W/log/up.log" >&2
	cluster_down
	die "the cluster did not start; its logs are in $W/log and $W/node*/log"
}

cluster_down() {
	if alive; then
		say "ending the cluster in $W"
		kill -KILL "$(cat "$W/ns.pid")" # process namespaces nest: this ends every node, pod and daemon
	fi
	rm -f "$W/ns.pid" "$W/up" "$W/api-down"
	local left
	for _ in $(seq 150); do
		left=$(procs) # normally empty by now
		# shellcheck disable=SC2086
		[ -z "$left" ] || kill -KILL $left 2>/dev/null || true
		find /sys/fs/cgroup/*/"$CG" -depth -type d -exec rmdir {} \; 2>/dev/null || true
		compgen -G "/sys/fs/cgroup/*/$CG" >/dev/null || return 0
		sleep .1
	done
	die "these did not end: $(procs | tr '\n' ' ') $(compgen -G "/sys/fs/cgroup/*/$CG")"
}

cluster_status() {
	alive || die "the cluster in $W is not up"
	within kubectl get node -o wide -L topology.kubernetes.io/zone
}

cluster_image() { "$HERE/images.sh" app; }
cluster_receivers() {
	"$HERE/programs.sh" receivers && "$HERE/images.sh" receivers &&
		cluster_load "$TARS/otelcol.tar" "$TARS/jaeger.tar" "$TARS/prometheus.tar"
}

# Into all nodes at once.
cluster_load() {
	local archive node failed=0 importing=()
	alive || die "the cluster in $W is not up: $HERE/cluster up"
	# shellcheck disable=SC1091
	. "$W/settings"
	for archive in "${@:-}"; do
		archive=${archive:-$TARS/app.tar}
		[ -f "$archive" ] || die "no such image archive: $archive ('cluster image' makes app.tar)"
		importing=()
		for node in $(seq "$NODES"); do
			NODE=$node within ctr -n k8s.io images import "$archive" >/dev/null &
			importing+=($!)
		done
		for node in "${importing[@]}"; do wait "$node" || failed=1; done
	done
	[ $failed = 0 ] || die "an image was not imported"
}

# net: its packets are dropped, its pods go on. kubelet: frozen, its pods go on and can be reached. power: all of it dies.
cluster_node_down() {
	local node=${1#node}
	case ${2:-net} in
	net) within bridge link set dev "node$node" state 0 ;;
	kubelet) NODE=$node within kill -STOP "$(cat "$W/node$node/log/kubelet.pid")" ;;
	power)
		rm -f "$W/node$node/up"
		within kill -KILL "$(cat "$W/node$node/pid")"
		;;
	*) die "net, kubelet or power, not '$2'" ;;
	esac
}

# Brings it back from each of them; returns when it is Ready.
cluster_node_up() {
	local node=${1#node}
	if within kill -0 "$(cat "$W/node$node/pid")" 2>/dev/null; then
		within bridge link set dev "node$node" state 3
		NODE=$node within kill -CONT "$(cat "$W/node$node/log/kubelet.pid")"
	else
		within "$HERE/node.sh" "$W" "$node"
		until_ok test -f "$W/node$node/up"
	fi
	within kubectl wait --for=condition=Ready "node/node$node" --timeout=120s
}

cluster_api_down() {
	alive || die "the cluster in $W is not up"
	touch "$W/api-down" # control-plane.sh starts it again when this is gone
	within kill -KILL "$(cat "$W/log/kube-apiserver.pid")"
}

cluster_api_up() {
	rm -f "$W/api-down"
	until_ok within curl -sf --cacert "$W/pki/ca.crt" "https://$API:6443/readyz"
}

# The number of the node that POD of NAMESPACE is on.
node_of() { within kubectl -n "$1" get pod "$2" -o 'jsonpath={.spec.nodeName}' | sed 's/^node//'; }

# By node and container, as the pod's status names them: it needs no API server.
cluster_kill_container() { NODE=${1#node} within ctr -n k8s.io task kill -s SIGKILL "${2#containerd://}"; }

# The kubelet goes on reaching it, for its packets are not forwarded: the pod stays ready.
cluster_black_hole() {
	local node address switch=-I
	[ "${3:-on}" = on ] || switch=-D
	node=$(node_of "$@")
	address=$(within kubectl -n "$1" get pod "$2" -o 'jsonpath={.status.podIP}')
	NODE=$node within iptables $switch FORWARD -s "$address" -j DROP
	NODE=$node within iptables $switch FORWARD -d "$address" -j DROP
}
