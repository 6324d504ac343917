# bash completion for imagekit; load it with: source <(imagekit completion bash)
_imagekit() {
    local text
    COMPREPLY=()
    # The program reads the line itself: bash cuts words at "=" and ":" too, and leaves their quotes on.
    while IFS= read -r text; do
        COMPREPLY+=("$text")
    done < <("${1/#\~/$HOME}" completion candidates --line "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
    if [[ ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null # bash 3 has none
    fi
}
complete -o bashdefault -o default -F _imagekit imagekit
