import { Alert } from "@mantine/core";
import type { ReactNode } from "react";

/** An error, shown where it occurred. */
export function ErrorAlert({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <Alert color="red" variant="light" mb="md" role="alert" title={title}>
      {text}
      {children}
    </Alert>
  );
}
