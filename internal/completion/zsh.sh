#compdef imagekit
# zsh completion for imagekit; load it after compinit with: source <(imagekit completion zsh)
_imagekit() {
    local line
    local -a texts shown open
    # (Q) takes the quotes off; a quote that is still open is in QIPREFIX, not in PREFIX.
    for line in "${(@f)$("${(Q)words[1]/#\~/$HOME}" completion candidates -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
        [[ -n $line ]] || continue
        texts+=("${line%%$'\t'*}")
        shown+=("${${line/$'\t'/  -- }%  -- }")
    done
    if (( ! $#texts )); then
        _files
        return
    fi
    [[ $texts[1] == *= ]] && open=(-S '')
    compadd -l -d shown "$open[@]" -- "$texts[@]"
}
if [[ $funcstack[1] == _imagekit ]]; then
    _imagekit "$@" # loaded from $fpath, by the first use
else
    compdef _imagekit imagekit
fi
