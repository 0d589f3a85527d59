"""Where elements, weights and programs lie: block memory, logic, registers."""
