# shellcheck shell=bash
# The cluster that KUBECONFIG names: sourced by `cluster`. It is nobody's here: it is not started, not ended, and
# nothing of it is taken away but what the tests made in namespaces of their own.

cluster_kubeconfig() { echo "${KUBECONFIG:-$HOME/.kube/config}"; }
cluster_in() { "$@"; }
cluster_check() {
	local missing=()
	command -v kubectl >/dev/null || missing+=("kubectl (https://kubernetes.io/docs/tasks/tools)")
	command -v helm >/dev/null || missing+=("helm (https://helm.sh/docs/intro/install)")
	command -v promtool >/dev/null || missing+=("promtool, for the tests of the alerts (https://prometheus.io/download; Debian: prometheus)")
	[ ${#missing[@]} = 0 ] || die "missing: ${missing[*]}"
	[ -n "${GRPC_K8S_IMAGE:-}" ] || die "set GRPC_K8S_IMAGE to the example's image, where the nodes can pull it: docker build -t \$GRPC_K8S_IMAGE . && docker push \$GRPC_K8S_IMAGE"
	kubectl version >/dev/null 2>&1 || die "no answer from the cluster that ${KUBECONFIG:-$HOME/.kube/config} names: kubectl version"
}
cluster_up() { cluster_status; }
cluster_down() { :; }
cluster_status() { kubectl get node -o wide -L topology.kubernetes.io/zone; }
cluster_image() { :; }
cluster_load() { :; }
cluster_programs() { :; }
cluster_receivers() { foreign receivers; }
cluster_audit() { foreign audit; }
cluster_pid() { foreign pid; }
cluster_node_down() { foreign node-down; }
cluster_node_up() { foreign node-up; }
cluster_api_down() { foreign api-down; }
cluster_api_up() { foreign api-up; }
cluster_kill_container() { foreign kill-container; }
cluster_black_hole() { foreign black-hole; }
