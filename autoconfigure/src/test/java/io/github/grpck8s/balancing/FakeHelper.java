package io.github.grpck8s.balancing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;

import io.github.grpck8s.ManualTime;
import io.grpc.ChannelLogger;
import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LongCounterMetricInstrument;
import io.grpc.LongUpDownCounterMetricInstrument;
import io.grpc.ManagedChannel;
import io.grpc.MetricInstrument;
import io.grpc.MetricRecorder;
import io.grpc.SynchronizationContext;
import org.mockito.Mockito;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A channel without connections, which remembers what the policy does.
 */
class FakeHelper extends Helper {

	final List<FakeSubchannel> subchannels = new ArrayList<>();

	final List<ConnectivityState> states = new ArrayList<>();

	final List<Throwable> panics = new ArrayList<>();

	final ManualTime time = new ManualTime();

	private final Map<String, Long> counted = new HashMap<>();

	int refreshes;

	ConnectivityState state = ConnectivityState.IDLE;

	SubchannelPicker picker = new LoadBalancer.FixedResultPicker(PickResult.withNoResult());

	private final SynchronizationContext context = new SynchronizationContext(
			(thread, failure) -> this.panics.add(failure));

	void run(Runnable task) {
		this.context.execute(task);
	}

	FakeSubchannel last() {
		return this.subchannels.get(this.subchannels.size() - 1);
	}

	List<FakeSubchannel> alive() {
		return this.subchannels.stream().filter((subchannel) -> !subchannel.shutdown).toList();
	}

	/**
	 * Pick without starting a call.
	 */
	PickResult pick() {
		return this.picker.pickSubchannel(Mockito.mock(LoadBalancer.PickSubchannelArgs.class));
	}

	@Override
	public Subchannel createSubchannel(CreateSubchannelArgs args) {
		FakeSubchannel subchannel = new FakeSubchannel(this, args);
		this.subchannels.add(subchannel);
		return subchannel;
	}

	@Override
	public void updateBalancingState(ConnectivityState newState, SubchannelPicker newPicker) {
		this.state = newState;
		this.states.add(newState);
		this.picker = newPicker;
	}

	@Override
	public void refreshNameResolution() {
		this.refreshes++;
	}

	@Override
	public SynchronizationContext getSynchronizationContext() {
		return this.context;
	}

	@Override
	public ScheduledExecutorService getScheduledExecutorService() {
		return this.time;
	}

	@Override
	public ChannelLogger getChannelLogger() {
		return Mockito.mock(ChannelLogger.class);
	}

	@Override
	public MetricRecorder getMetricRecorder() {
		return new MetricRecorder() {

			@Override
			public void addLongUpDownCounter(LongUpDownCounterMetricInstrument instrument, long change,
					List<String> required, List<String> optional) {
				count(instrument, change, required);
			}

			@Override
			public void addLongCounter(LongCounterMetricInstrument instrument, long change, List<String> required,
					List<String> optional) {
				assertThat(change).as("counters only grow").isPositive();
				count(instrument, change, required);
			}
		};
	}

	private void count(MetricInstrument instrument, long change, List<String> labels) {
		assertThat(labels).hasSameSizeAs(instrument.getRequiredLabelKeys());
		this.counted.merge(instrument.getName(), change, Long::sum);
	}

	long counted(BalancingMeter meter) {
		return this.counted.getOrDefault(meter.meterName(), 0L);
	}

	@Override
	public String getAuthority() {
		return "users.shop.svc";
	}

	@Override
	public ManagedChannel createOobChannel(EquivalentAddressGroup group, String authority) {
		throw new UnsupportedOperationException();
	}

}
