package io.github.grpck8s.balancing;

import java.util.List;
import java.util.Map;

import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.github.grpck8s.balancing.Pods.found;
import static io.github.grpck8s.balancing.Pods.none;
import static io.github.grpck8s.balancing.Pods.pod;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A policy that throws does not put the channel into panic mode.
 */
class GuardTests {

	private final FakeHelper helper = new FakeHelper();

	private final LoadBalancer balancer = new KubernetesLoadBalancer(this.helper);

	private final Thrower thrower = new Thrower();

	@BeforeEach
	void register() {
		LoadBalancerRegistry.getDefaultRegistry().register(this.thrower);
	}

	@AfterEach
	void deregister() {
		LoadBalancerRegistry.getDefaultRegistry().deregister(this.thrower);
	}

	@Test
	void pickerThatThrowsFailsTheCallAlone() {
		give();
		Status status = this.helper.pick().getStatus();
		assertThat(status.getCode()).isEqualTo(Status.Code.INTERNAL);
		assertThat(status.getDescription()).contains("broken picker");
		assertThat(this.helper.panics).isEmpty();
	}

	@Test
	void policyThatThrowsAtAnUpdateFailsCallsUnlessItIsReady() {
		this.thrower.updatesThrow = true;
		give();
		assertThat(this.helper.state).isEqualTo(ConnectivityState.TRANSIENT_FAILURE);
		assertThat(this.helper.pick().getStatus().getDescription()).contains("broken update");
		this.thrower.updatesThrow = false;
		give();
		assertThat(this.helper.state).isEqualTo(ConnectivityState.READY);
		this.thrower.updatesThrow = true;
		give(2);
		assertThat(this.helper.state).isEqualTo(ConnectivityState.READY);
		assertThat(this.helper.panics).isEmpty();
	}

	@Test
	void policyThatThrowsAtItsEndIsGoneAllTheSame() {
		give();
		this.helper.run(() -> this.balancer.acceptResolvedAddresses(none(config(), "none")));
		assertThat(this.helper.pick().getStatus().getDescription()).isEqualTo("none");
		assertThat(this.helper.panics).isEmpty();
	}

	private void give() {
		give(1);
	}

	private void give(int pod) {
		this.helper.run(() -> this.balancer.acceptResolvedAddresses(found(config(), pod(pod))));
	}

	private PolicyConfig config() {
		return PolicyConfig.parse(Map.of("childPolicy", List.of(Map.of(this.thrower.getPolicyName(), Map.of()))));
	}

	private static final class Thrower extends LoadBalancerProvider {

		private boolean updatesThrow;

		@Override
		public boolean isAvailable() {
			return true;
		}

		@Override
		public int getPriority() {
			return 5;
		}

		@Override
		public String getPolicyName() {
			return "throws_in_a_test";
		}

		@Override
		public LoadBalancer newLoadBalancer(Helper helper) {
			return new LoadBalancer() {

				@Override
				public Status acceptResolvedAddresses(ResolvedAddresses resolved) {
					if (Thrower.this.updatesThrow) {
						throw new IllegalStateException("broken update");
					}
					helper.updateBalancingState(ConnectivityState.READY, new SubchannelPicker() {
						@Override
						public PickResult pickSubchannel(PickSubchannelArgs args) {
							throw new IllegalStateException("broken picker");
						}
					});
					return Status.OK;
				}

				@Override
				public void handleNameResolutionError(Status error) {
				}

				@Override
				public void shutdown() {
					throw new IllegalStateException("broken end");
				}

			};
		}

	}

}
