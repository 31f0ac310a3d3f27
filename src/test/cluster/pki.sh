#!/usr/bin/env bash
# pki.sh DIR API_IP NODE=IP…: certificate authorities, certificates, the key pair of service accounts and kubeconfigs.
# Makes only what is missing.
set -euo pipefail
API=$2
mkdir -p "$1"
cd "$1"
shift 2

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

ca() { # name, common name
	[ ! -s "$1.crt" ] || return 0
	key "$1"
	openssl req -x509 -new -key "$1.key" -days 3650 -subj "/CN=$2" -out "$1.new" \
		-addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"
	mv "$1.new" "$1.crt"
}

crt() { # name, authority, subject, use, names
	[ ! -s "$1.crt" ] || return 0
	key "$1"
	openssl req -new -key "$1.key" -subj "$3" -out "$1.csr"
	{
		echo "basicConstraints=critical,CA:FALSE"
		echo "keyUsage=critical,digitalSignature"
		echo "extendedKeyUsage=$4"
		[ -z "${5:-}" ] || echo "subjectAltName=$5"
	} >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days 3650 -extfile "$1.ext" -out "$1.new" 2>/dev/null
	rm -f "$1.csr" "$1.ext"
	mv "$1.new" "$1.crt"
}

kubeconfig() { # name
	[ ! -s "$1.conf" ] || return 0
	cat >"$1.conf.new" <<END
apiVersion: v1
kind: Config
clusters: [{name: k, cluster: {server: "https://$API:6443", certificate-authority-data: $(base64 -w0 ca.crt)}}]
users: [{name: u, user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}}]
contexts: [{name: c, context: {cluster: k, user: u}}]
current-context: c
END
	mv "$1.conf.new" "$1.conf"
}

ca ca kubernetes-ca
ca front-proxy-ca front-proxy-ca
crt apiserver ca "/CN=kube-apiserver" serverAuth "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,DNS:localhost,IP:127.0.0.1,IP:$API,IP:10.96.0.1"
crt apiserver-kubelet-client ca "/O=kubeadm:cluster-admins/CN=kube-apiserver-kubelet-client" clientAuth
crt front-proxy-client front-proxy-ca "/CN=front-proxy-client" clientAuth
crt admin ca "/O=system:masters/CN=admin" clientAuth
crt controller-manager ca "/CN=system:kube-controller-manager" clientAuth
crt scheduler ca "/CN=system:kube-scheduler" clientAuth
crt proxy ca "/CN=system:kube-proxy" clientAuth
for node in "$@"; do
	name=${node%=*}
	crt "$name" ca "/O=system:nodes/CN=system:node:$name" clientAuth
	crt "$name-server" ca "/O=system:nodes/CN=system:node:$name" serverAuth "DNS:$name,IP:${node#*=}"
	kubeconfig "$name"
done
[ -s sa.pub ] || {
	openssl genrsa -out sa.key 2048 2>/dev/null
	openssl rsa -in sa.key -pubout -out sa.pub.new 2>/dev/null
	mv sa.pub.new sa.pub
}
for name in admin controller-manager scheduler proxy; do kubeconfig $name; done
