package io.github.grpck8s.diagnostics.autoconfigure;

import io.github.grpck8s.InvalidSettingException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Says which setting is wrong and what to do. Before Boot's own analysis of failed
 * bindings, which would name the class and not the property.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class InvalidSettingFailureAnalyzer extends AbstractFailureAnalyzer<InvalidSettingException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidSettingException cause) {
		return new FailureAnalysis("The setting " + cause.getMessage() + ".", cause.getRemedy(), cause);
	}

}
