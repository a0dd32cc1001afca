import "@mantine/core/styles/PasswordInput.css";

import type { PasswordInputProps } from "@mantine/core";
import { PasswordInput } from "@mantine/core";
import { useId } from "react";

import { useMessages } from "../i18n/language";

/** A password with a button that shows it. Mantine's own ties neither the error nor the description to the field. */
export function PasswordField({ error, description, ...props }: PasswordInputProps) {
  const t = useMessages();
  const id = useId();
  const describedBy = [error && `${id}-error`, description && `${id}-description`].filter(Boolean).join(" ");
  return (
    <PasswordInput
      {...props}
      id={id}
      error={error}
      description={description}
      aria-invalid={error ? true : undefined}
      aria-describedby={describedBy || undefined}
      visibilityToggleButtonProps={{ "aria-label": t.showPassword }}
    />
  );
}
