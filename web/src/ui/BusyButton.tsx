import type { ButtonProps } from "@mantine/core";
import { Button, Loader } from "@mantine/core";
import type { ComponentPropsWithRef } from "react";

interface Props extends ButtonProps, Omit<ComponentPropsWithRef<"button">, keyof ButtonProps> {
  isBusy: boolean;
}

/** A button that is busy instead of disabled while its action runs: a disabled button loses the focus. */
export function BusyButton({ isBusy, onClick, leftSection, ...props }: Props) {
  return (
    <Button
      {...props}
      aria-busy={isBusy}
      leftSection={isBusy ? <Loader size={16} color="currentColor" /> : leftSection}
      onClick={(event) => {
        // A form must not be sent twice, either.
        if (isBusy) event.preventDefault();
        else onClick?.(event);
      }}
    />
  );
}
