package io.github.grpck8s.it.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The tests of a class share one installation, a parameter of type {@link Release}. Each
 * finds it with all pods ready and calls that succeed, and leaves it so; one that fails
 * takes it away, and the next gets a new one.
 */
@Target({ ElementType.TYPE, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@interface Installed {

	/**
	 * Values of the chart as {@code key=value}.
	 */
	String[] value() default {};

}
