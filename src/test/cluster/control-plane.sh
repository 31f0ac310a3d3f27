#!/usr/bin/env bash
# control-plane.sh W: the first process of the cluster's namespaces: wire, etcd, API server, controllers, scheduler, and
# the nodes beside them. Killing it ends all of it. Called by own.sh.
GRPC_K8S_CLUSTER=$1
. "$(dirname "$0")/lib.sh"
# shellcheck disable=SC1091
. "$W/settings"
P=$W/pki LOGS=$W/log STARTED=$(date -u +%FT%TZ)
kubectl() { command kubectl "--kubeconfig=$P/admin.conf" "$@"; }

# The wire between the nodes, without any leg to the outside. Here, beside the nodes, runs the control plane: it reaches
# pods by the nodes' routes, and Services through node 1.
ip link set lo up
ip link add lan0 type bridge
ip addr add "$API/24" dev lan0
ip link set lan0 up
sysctl -qw net.bridge.bridge-nf-call-iptables=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.all.accept_redirects=0 || true
names=()
for i in $(seq "$NODES"); do
	ip route add "$PODS.$i.0/24" via "$NET.$((10 + i))"
	names+=("node$i=$NET.$((10 + i))")
done
ip route add "$SVCS" via "$NET.11"
"$HERE/pki.sh" "$P" "$API" "${names[@]}"

run etcd etcd --data-dir="$W/etcd" --listen-client-urls=http://127.0.0.1:2379 \
	--advertise-client-urls=http://127.0.0.1:2379 --listen-peer-urls=http://127.0.0.1:2380 \
	--initial-advertise-peer-urls=http://127.0.0.1:2380 --initial-cluster=default=http://127.0.0.1:2380 --unsafe-no-fsync

apiserver() {
	while :; do
		while [ -e "$W/api-down" ]; do sleep .1; done
		kube-apiserver --advertise-address="$API" --secure-port=6443 --etcd-servers=http://127.0.0.1:2379 \
			--service-cluster-ip-range="$SVCS" --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
			--default-not-ready-toleration-seconds="$EVICT" --default-unreachable-toleration-seconds="$EVICT" \
			--client-ca-file="$P/ca.crt" --tls-cert-file="$P/apiserver.crt" --tls-private-key-file="$P/apiserver.key" \
			--kubelet-client-certificate="$P/apiserver-kubelet-client.crt" \
			--kubelet-client-key="$P/apiserver-kubelet-client.key" \
			--kubelet-certificate-authority="$P/ca.crt" --kubelet-preferred-address-types=InternalIP,Hostname \
			--service-account-issuer=https://kubernetes.default.svc.cluster.local \
			--service-account-key-file="$P/sa.pub" --service-account-signing-key-file="$P/sa.key" \
			--requestheader-client-ca-file="$P/front-proxy-ca.crt" --requestheader-allowed-names=front-proxy-client \
			--requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
			--requestheader-extra-headers-prefix=X-Remote-Extra- \
			--proxy-client-cert-file="$P/front-proxy-client.crt" --proxy-client-key-file="$P/front-proxy-client.key" \
			--enable-aggregator-routing=true --audit-policy-file="$HERE/audit.yaml" \
			--audit-log-path="$W/log/audit.log" --profiling=false --event-ttl=1h >>"$LOGS/kube-apiserver.log" 2>&1 &
		echo $! >"$LOGS/kube-apiserver.pid"
		wait $! || true
		sleep .1
	done
}
apiserver 2>/dev/null &

# Their containerds and image imports run while the API server starts.
for i in $(seq "$NODES"); do "$HERE/node.sh" "$W" "$i"; done
until_ok curl -sf --cacert "$P/ca.crt" "https://$API:6443/readyz"
# The API server's client on the kubelets: kubeadm binds this group, a cluster made by hand must, or logs are Forbidden.
kubectl create clusterrolebinding kubeadm:cluster-admins --clusterrole=cluster-admin --group=kubeadm:cluster-admins >/dev/null

as() { echo "--kubeconfig=$P/$1.conf --authentication-kubeconfig=$P/$1.conf --authorization-kubeconfig=$P/$1.conf"; }
# shellcheck disable=SC2046
run kube-controller-manager kube-controller-manager $(as controller-manager) --leader-elect=false \
	--use-service-account-credentials=true --root-ca-file="$P/ca.crt" --service-account-private-key-file="$P/sa.key" \
	--cluster-signing-cert-file="$P/ca.crt" --cluster-signing-key-file="$P/ca.key" --allocate-node-cidrs=false \
	--cluster-cidr="$PODS.0.0/16" --service-cluster-ip-range="$SVCS" --node-monitor-grace-period="${GRACE}s" \
	--node-monitor-period=1s --bind-address=127.0.0.1 --profiling=false --flex-volume-plugin-dir="$W/volumeplugins"
# shellcheck disable=SC2046
run kube-scheduler kube-scheduler $(as scheduler) --leader-elect=false --bind-address=127.0.0.1 --profiling=false

# A dead one is noticed here, and not by a pod that stays Pending without an event.
for port in 10257 10259; do until_ok curl -sfk "https://127.0.0.1:$port/healthz"; done
for i in $(seq "$NODES"); do until_ok test -f "$W/node$i/up"; done
ready() {
	[ "$(kubectl get node -o jsonpath='{range .items[*].status.conditions[?(@.type=="Ready")]}{.status} {.lastHeartbeatTime}{"\n"}{end}' |
		awk -v started="$STARTED" '$1 == "True" && $2 >= started' | wc -l)" = "$NODES" ]
}
until_ok ready
kubectl apply -f "$HERE/dns.yaml" >/dev/null
kubectl -n kube-system rollout status deployment/coredns --timeout=120s >/dev/null
kubectl get node -o wide -L topology.kubernetes.io/zone
echo up >"$W/up"
exec sleep infinity
