package io.github.grpck8s.discovery;

import io.github.grpck8s.discovery.KubernetesTarget.Port;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a target may look like.
 */
class KubernetesTargetTests {

	@ParameterizedTest
	@ValueSource(strings = { "k8s:///users.shop:grpc", "k8s:users.shop:grpc", "k8s:/users.shop:grpc",
			"k8s://shop/users:grpc", "k8s:///users.shop.svc:grpc", "k8s:///users.shop.svc.cluster.local:grpc",
			"k8s:///users.shop.svc.cluster.local.:grpc", "K8S:///users.shop:grpc" })
	void r01_allFormsMeanTheSame(String target) {
		assertThat(KubernetesTarget.parse(target))
			.isEqualTo(new KubernetesTarget("users", "shop", new Port("grpc", 0)));
	}

	@Test
	void namespaceAndPortMayBeMissing() {
		assertThat(KubernetesTarget.parse("k8s:///users")).isEqualTo(new KubernetesTarget("users", null, Port.ANY));
		assertThat(KubernetesTarget.parse("k8s:///users:9090"))
			.isEqualTo(new KubernetesTarget("users", null, new Port(null, 9090)));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			k8s://users.shop:grpc        | a slash is missing
			k8s:///                      | names no Service
			k8s:                         | names no Service
			k8s:///:grpc                 | names no Service
			k8s:///Users.shop            | 'Users' is not a Kubernetes name
			k8s:///users..svc            | '' is not a Kubernetes name
			k8s:///users_1               | 'users_1' is not a Kubernetes name
			k8s:///users.shop:0          | port 0 is not between 1 and 65535
			k8s:///users.shop:65536      | port 65536 is not between 1 and 65535
			k8s:///users.shop:99999999999| is not between 1 and 65535
			k8s:///users.shop:           | '' is neither a port number nor the name of a port
			k8s:///users.shop:grpc:1     | 'grpc:1' is neither a port number nor
			k8s:///users.shop.pod        | only 'svc'
			k8s:///users/shop            | more than one segment
			k8s://shop/users.shop        | named twice
			k8s:///users?x=y             | no query
			dns:///users                 | the scheme is neither 'k8s' nor 'k8s-dns'
			users                        | the scheme is neither 'k8s' nor 'k8s-dns'
			""")
	void r02_faultsAreNamedWithTheCanonicalForm(String target, String fault) {
		assertThatIllegalArgumentException().isThrownBy(() -> KubernetesNameResolverProvider.check(target))
			.withMessageContaining("'" + target + "'")
			.withMessageContaining(fault)
			.withMessageContaining("k8s:///users.shop:grpc");
	}

}
