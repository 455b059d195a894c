/**
 * What a shell runs to complete `tt-exp`. It asks `tt-exp __complete "<line up to the cursor>"`, which prints a value, a tab
 * and a description on each line, and `:files` where the shell's own files may stand.
 */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const BASH = `# tt-exp completion for bash, from \`tt-exp completion bash\`
_tt_exp() {
  local line="\${COMP_LINE:0:COMP_POINT}" value
  local word="\${line##*[[:space:]]}"
  # Readline replaces only what follows the last of its word breaks (two-tower@champion has one).
  local kept="\${word%"\${word##*[$COMP_WORDBREAKS]}"}"
  COMPREPLY=()
  while IFS= read -r value; do
    if [[ $value == :files ]]; then
      compopt -o default 2>/dev/null
      continue
    fi
    value="\${value%%$'\\t'*}"
    COMPREPLY+=("\${value#"$kept"}")
  done < <("\${COMP_WORDS[0]}" __complete "$line" 2>/dev/null)
}
complete -F _tt_exp tt-exp
`;

const ZSH = `#compdef tt-exp
# tt-exp completion for zsh, from \`tt-exp completion zsh\`
_tt_exp() {
  local -a values
  local out
  for out in "\${(@f)$("\${words[1]}" __complete "\${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)}"; do
    if [[ $out == :files ]]; then
      _files
    elif [[ -n $out ]]; then
      values+=("\${\${out%%$'\\t'*}//:/\\\\:}:\${out#*$'\\t'}")
    fi
  done
  (( \${#values} )) && _describe 'tt-exp' values
}
if [[ \${funcstack[1]-} == _tt_exp ]]; then
  _tt_exp "$@"
else
  compdef _tt_exp tt-exp
fi
`;

const FISH = `# tt-exp completion for fish, from \`tt-exp completion fish\`
function __tt_exp_complete
    set -l out (tt-exp __complete (commandline -cp | string collect) 2>/dev/null)
    if contains -- :files $out
        __fish_complete_path (commandline -ct)
    end
    string match -v -- :files $out
end
complete -c tt-exp -f -a '(__tt_exp_complete)'
`;

export const SHELL_SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
