package io.github.grpck8s.observability.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.ClassUtils;

/**
 * The Java agent of OpenTelemetry makes the spans of gRPC calls itself.
 */
final class OpenTelemetryAgent {

	private static final String AGENT = "io.opentelemetry.javaagent.OpenTelemetryAgent";

	private OpenTelemetryAgent() {
	}

	/** An agent's jar is added to the system class loader. */
	static boolean isAttached() {
		return ClassUtils.isPresent(AGENT, ClassLoader.getSystemClassLoader());
	}

	/** Matches when the agent is not attached. */
	static class Absent extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionMessage.Builder message = ConditionMessage.forCondition("OpenTelemetry Java agent");
			return isAttached() ? ConditionOutcome.noMatch(message.because("it is attached and traces calls itself"))
					: ConditionOutcome.match(message.because("it is not attached"));
		}

	}

}
