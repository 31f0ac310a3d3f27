package io.github.grpck8s.observability;

import java.util.regex.Pattern;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;

/**
 * What the sampler of an SDK will say. Needs the SDK on the class path, which whoever
 * brings only the API has not.
 */
final class Samplers {

	private static final Pattern PARENT_BASED = Pattern
		.compile("ParentBased\\{.*,remoteParentNotSampled:AlwaysOffSampler,"
				+ "localParentSampled:[^{}]*,localParentNotSampled:AlwaysOffSampler}");

	private Samplers() {
	}

	/**
	 * Whether a span whose parent is not sampled is never sampled either. OpenTelemetry
	 * makes two ids and four objects for each such span, which nobody will ever see.
	 * @param openTelemetry whose sampler
	 * @return {@code false} also when it cannot be told
	 */
	static boolean keepToUnsampledParents(OpenTelemetry openTelemetry) {
		try {
			return openTelemetry instanceof OpenTelemetrySdk sdk
					&& keepToUnsampledParents(sdk.getSdkTracerProvider().getSampler().getDescription());
		}
		catch (LinkageError ex) {
			return false;
		}
	}

	/** As the SDK's samplers describe themselves. */
	static boolean keepToUnsampledParents(String sampler) {
		return "AlwaysOffSampler".equals(sampler) || PARENT_BASED.matcher(sampler).matches();
	}

}
