# shellcheck shell=bash
# A cluster in Docker, by kind: sourced by `cluster`.
KIND_NAME=${GRPC_K8S_KIND:-grpc-k8s}
nodes=("$KIND_NAME-worker" "$KIND_NAME-worker2" "$KIND_NAME-worker3")
# by number or by name
node_name() {
	case $1 in
	[0-9]*) echo "${nodes[$(($1 - 1))]}" ;;
	*) echo "$1" ;;
	esac
}

cluster_kubeconfig() { echo "$W/kind.conf"; }
cluster_audit() { foreign audit; }
cluster_pid() { foreign pid; }
cluster_programs() { :; }
cluster_receivers() { foreign receivers; }

cluster_in() {
	if [ -n "${NODE:-}" ]; then
		docker exec "$(node_name "$NODE")" "$@"
	else
		KUBECONFIG=$(cluster_kubeconfig) "$@"
	fi
}

cluster_check() {
	local missing=()
	docker info >/dev/null 2>&1 || missing+=("a Docker that runs (docker info)")
	command -v kind >/dev/null || missing+=("kind (go install sigs.k8s.io/kind@latest)")
	command -v kubectl >/dev/null || missing+=("kubectl (https://kubernetes.io/docs/tasks/tools)")
	command -v helm >/dev/null || missing+=("helm (https://helm.sh/docs/intro/install)")
	command -v promtool >/dev/null || missing+=("promtool, for the tests of the alerts (https://prometheus.io/download; Debian: prometheus)")
	[ ${#missing[@]} = 0 ] || die "missing: $(printf '%s; ' "${missing[@]}")"
}

is_there() { kind get clusters 2>/dev/null | grep -qx "$KIND_NAME"; }

cluster_up() {
	cluster_check
	mkdir -p "$W"
	if is_there && kind get kubeconfig --name "$KIND_NAME" >"$W/kind.conf" && cluster_in kubectl get node >/dev/null 2>&1; then
		say "already up"
		return
	fi
	kind delete cluster --name "$KIND_NAME" >/dev/null 2>&1 || true # half of one
	kind create cluster --name "$KIND_NAME" --kubeconfig "$W/kind.conf" --wait 180s --config - <<END
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
  - role: worker
    labels: {topology.kubernetes.io/zone: zone-a}
  - role: worker
    labels: {topology.kubernetes.io/zone: zone-b}
  - role: worker
    labels: {topology.kubernetes.io/zone: zone-a}
END
}
cluster_down() { ! is_there || kind delete cluster --name "$KIND_NAME"; }
cluster_status() { cluster_in kubectl get node -o wide -L topology.kubernetes.io/zone; }

cluster_image() { docker build -t "$IMAGE" "$HOUSE"; }
cluster_load() {
	if [ -n "${1:-}" ]; then
		kind load image-archive --name "$KIND_NAME" "$@"
	else
		kind load docker-image --name "$KIND_NAME" "$IMAGE"
	fi
}

cluster_node_down() {
	case ${2:-net} in
	net) docker network disconnect kind "$(node_name "$1")" ;;
	kubelet) NODE=$1 cluster_in pkill -STOP kubelet ;;
	power) docker kill "$(node_name "$1")" ;;
	*) die "net, kubelet or power, not '$2'" ;;
	esac
}
cluster_node_up() {
	local name
	name=$(node_name "$1")
	docker start "$name" >/dev/null
	docker network connect kind "$name" 2>/dev/null || true
	NODE=$1 cluster_in pkill -CONT kubelet || true
	cluster_in kubectl wait --for=condition=Ready "node/$name" --timeout=180s
}

control_plane() { docker exec "$KIND_NAME-control-plane" "$@"; }
# a static pod: the kubelet ends it without its file, and starts it with it
cluster_api_down() { control_plane mv /etc/kubernetes/manifests/kube-apiserver.yaml /etc/kubernetes/; }
cluster_api_up() {
	control_plane mv /etc/kubernetes/kube-apiserver.yaml /etc/kubernetes/manifests/
	until_ok cluster_in kubectl get --raw /readyz
}

cluster_kill_container() { docker exec "$1" ctr -n k8s.io task kill -s SIGKILL "${2#containerd://}"; }
cluster_black_hole() {
	local name address switch=-I
	[ "${3:-on}" = on ] || switch=-D
	name=$(cluster_in kubectl -n "$1" get pod "$2" -o 'jsonpath={.spec.nodeName}')
	address=$(cluster_in kubectl -n "$1" get pod "$2" -o 'jsonpath={.status.podIP}')
	docker exec "$name" iptables $switch FORWARD -s "$address" -j DROP
	docker exec "$name" iptables $switch FORWARD -d "$address" -j DROP
}
