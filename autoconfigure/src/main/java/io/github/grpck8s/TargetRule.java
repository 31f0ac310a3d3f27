package io.github.grpck8s;

/**
 * Refuses targets that can never work, when the application starts and not when the first
 * call is made. The adapter of a stack asks every rule about every configured address.
 */
@FunctionalInterface
public interface TargetRule {

	/**
	 * Check a target. Makes no I/O.
	 * @param target the target as it is configured; of any scheme: a rule passes what it
	 * does not know
	 * @throws IllegalArgumentException if it can never work, saying why and what the
	 * right form is
	 */
	void check(String target);

}
