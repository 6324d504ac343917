package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"imagekit/internal/completion"
)

func completionCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "completion", Usage: "print the completion script of a shell: bash, zsh, fish",
		UsageText: "imagekit completion SHELL",
		Description: `With this script the tab key completes commands, options, and the names and choices of parameters in
the arguments of transform and sign: imagekit sign 'url=sample:photo&fit=c<TAB>.

Examples; add the line to ~/.bashrc, or to ~/.zshrc after compinit:

  source <(imagekit completion bash)
  source <(imagekit completion zsh)
  imagekit completion fish >~/.config/fish/completions/imagekit.fish`,
		Commands: []*cli.Command{
			completionScript(sys, "bash", completion.Bash), completionScript(sys, "zsh", completion.Zsh),
			completionScript(sys, "fish", completion.Fish), candidatesCommand(sys),
		},
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return usagef("completion wants a shell: bash, zsh or fish (see imagekit completion --help)")
		},
	}
}

// completionScript is "imagekit completion bash" and its like.
func completionScript(sys system, shell, script string) *cli.Command {
	return &cli.Command{
		Name: shell, Usage: "print the completion script of " + shell,
		UsageText:   "imagekit completion " + shell,
		Description: "Example:\n\n  imagekit completion " + shell,
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			_, err := fmt.Fprint(sys.out, script)
			return err
		},
	}
}

// candidatesCommand is what the scripts ask.
func candidatesCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "candidates", Usage: "print what may stand at the cursor", Hidden: true,
		UsageText: "imagekit completion candidates -- WORD... | --line LINE BREAKS",
		Description: `The scripts call it. Each candidate for the last WORD is a line, with a tab and a description. For
bash it reads the LINE up to the cursor itself, and prints only what takes the place of the text
behind the last of the characters BREAKS.

Example:

  imagekit completion candidates -- transform in out f=`,
		SkipFlagParsing: true,
		Action: func(_ context.Context, c *cli.Command) error {
			args := c.Args().Slice()
			switch {
			case len(args) == 3 && args[0] == "--line":
				for _, text := range completion.Line(c.Root(), args[1], args[2]) {
					fmt.Fprintln(sys.out, text)
				}
			case len(args) > 1 && args[0] == "--":
				for _, found := range completion.Complete(c.Root(), args[1:]) {
					fmt.Fprintf(sys.out, "%s\t%s\n", found.Text, found.About)
				}
			default:
				return usagef("candidates wants -- WORD... or --line LINE BREAKS (see imagekit completion candidates --help)")
			}
			return nil
		},
	}
}
