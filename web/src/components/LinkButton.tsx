import type { ButtonProps } from "@mantine/core";
import { Button } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes } from "react";

type AnchorButtonProps = ButtonProps & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps>;

/** A link to a page that looks like a button. Unlike `<Button component={Link}>`, its target is type-checked. */
export const LinkButton = createLink((props: AnchorButtonProps) => <Button component="a" {...props} />);
