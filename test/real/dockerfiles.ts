/** Small Dockerfiles, each for one thing that builders make of them. They need no network and run nothing. */
export interface Case {
  readonly name: string
  readonly text: string
  readonly stage?: string
  readonly args?: Readonly<Record<string, string>>
  /** Builders that do otherwise than BuildKit, whose doing is ours, and what. */
  readonly but?: Readonly<Partial<Record<'docker' | 'buildah', string>>>
}

const OLD_ARGS = 'ARG of a stage is not seen by a stage that is built on it'

export const cases: readonly Case[] = [
  { name: 'nothing but a name', text: 'FROM scratch\nENV A=1' },
  { name: 'USER as a number, with a group', text: 'FROM scratch\nUSER 10:20' },
  { name: 'the last USER', text: 'FROM scratch\nUSER app\nENV A=b\nUSER root' },
  { name: 'USER by a variable', text: 'FROM scratch\nARG UID=1000\nENV GID=5\nUSER ${UID}:$GID' },
  { name: 'USER with quotes', text: 'FROM scratch\nUSER "app"' },
  { name: 'exec form', text: 'FROM scratch\nENTRYPOINT ["/a", "b c"]\nCMD ["d", "$E"]' },
  { name: 'shell form', text: 'FROM scratch\nENTRYPOINT exec /a "b"  c\nCMD echo $HOME' },
  { name: 'a broken exec form is a shell form', text: "FROM scratch\nCMD ['a', 'b']" },
  { name: 'CMD before ENTRYPOINT stays', text: 'FROM scratch\nCMD ["a"]\nENTRYPOINT ["b"]' },
  { name: 'empty ENTRYPOINT', text: 'FROM scratch\nENTRYPOINT ["a"]\nCMD ["b"]\nENTRYPOINT []' },
  {
    name: 'SHELL',
    text: 'FROM scratch\nSHELL ["/bin/bash", "-euc"]\nCMD a\nENTRYPOINT b',
    but: { buildah: 'it hands all shell forms to /bin/sh' },
  },
  {
    name: 'a stage drops the CMD of its parent by ENTRYPOINT',
    text: 'FROM scratch AS a\nENTRYPOINT ["x"]\nCMD ["y"]\nFROM a\nENTRYPOINT ["z"]',
  },
  {
    name: 'a stage keeps what it does not say',
    text: 'FROM scratch AS a\nENV A=1\nUSER 5\nWORKDIR /w\nCMD ["y"]\nEXPOSE 80\nVOLUME /v\nLABEL l=m\nSTOPSIGNAL SIGINT\nFROM a\nENV B=$A',
  },
  { name: 'three stages', text: 'FROM scratch AS a\nENV A=1\nFROM a AS b\nENV A=2 B=$A\nFROM b\nENV C=$A$B' },
  { name: 'stages beside each other', text: 'FROM scratch AS a\nENV A=1\nUSER 1\nFROM scratch\nENV B=2$A' },
  { name: '--target by name', text: 'FROM scratch AS a\nUSER 1\nFROM a AS b\nUSER 2\nFROM b\nUSER 3', stage: 'b' },
  {
    name: '--target in other capitals',
    text: 'FROM scratch AS One\nUSER 1\nFROM scratch\nUSER 2',
    stage: 'oNE',
    but: { buildah: 'it compares names by case' },
  },
  {
    name: 'names of stages in other capitals',
    text: 'FROM scratch AS One\nUSER 1\nFROM oNE\nENV A=b',
    but: { buildah: 'it compares names by case' },
  },
  { name: 'ARG before FROM is not in the stage', text: 'ARG V=1\nFROM scratch\nENV A=x$V' },
  { name: 'ARG before FROM, taken into the stage', text: 'ARG V=1\nFROM scratch\nARG V\nENV A=x$V' },
  {
    name: 'ARG in FROM',
    text: 'ARG BASE=a\nFROM scratch AS a\nUSER 1\nFROM scratch AS b\nUSER 2\nFROM $BASE',
    but: { buildah: 'it looks for an image of that name' },
  },
  { name: 'ARG given', text: 'FROM scratch\nARG V=1\nARG W\nENV A=$V$W', args: { V: '2', W: '3' } },
  { name: 'ARG given and not declared', text: 'FROM scratch\nENV A=x$V', args: {} },
  { name: 'ARG without a value', text: 'FROM scratch\nARG V\nENV A=x$V', args: {} },
  { name: 'ENV wins over ARG', text: 'FROM scratch\nENV V=env\nARG V=arg\nENV A=$V', args: { V: 'given' } },
  { name: 'ARG before its own line', text: 'FROM scratch\nENV A=$V\nARG V=1\nENV B=$V' },
  {
    name: 'ARG of the stage below',
    text: 'FROM scratch AS a\nARG V=1\nFROM a\nENV A=x$V',
    but: { docker: OLD_ARGS, buildah: OLD_ARGS },
  },
  { name: 'ENV, several and with quotes', text: `FROM scratch\nENV A="b c" D='e $A f' G=h\\ i J="k\\"l" M=$A` },
  { name: 'ENV, the older form', text: 'FROM scratch\nENV A b  c "d" $E' },
  { name: 'ENV, continued with comments', text: 'FROM scratch\nENV A=1 \\\n  # no\n\n  B=2 \\\n  C=3' },
  { name: 'ENV written again', text: 'FROM scratch\nENV A=1 B=2\nENV A=3$A' },
  { name: 'ENV in its own line', text: 'FROM scratch\nENV abc=hello\nENV abc=bye def=$abc\nENV ghi=$abc' },
  { name: 'ENV, empty', text: 'FROM scratch\nENV A= B=""' },
  {
    name: 'defaults and alternatives',
    text: 'FROM scratch\nENV A=1 E=\nENV B=${A:-x} C=${N:-y} D=${A:+z} F=${N:+z} G=${E:-e} H=${E:+e} I=${N:-${A}} J=a${A}b',
  },
  { name: 'escaped dollars', text: 'FROM scratch\nENV A=1\nENV B=\\$A C=\\${A} D="\\$A" E=\'$A\' F=$ G=a$' },
  { name: 'PATH of scratch', text: 'FROM scratch\nENV PATH=/app/bin:$PATH' },
  { name: 'WORKDIR, relative', text: 'FROM scratch\nWORKDIR a\nWORKDIR b/../c\nWORKDIR ./d/' },
  { name: 'WORKDIR by a variable', text: 'FROM scratch\nENV D=/x/y\nWORKDIR $D/z' },
  { name: 'WORKDIR of a parent', text: 'FROM scratch AS a\nWORKDIR /a\nFROM a\nWORKDIR b' },
  {
    name: 'EXPOSE',
    text: 'FROM scratch\nARG P=7000-7002\nEXPOSE 80 443/tcp 53/udp 80/tcp $P',
    but: { buildah: 'it leaves ranges as they are' },
  },
  { name: 'EXPOSE of a parent', text: 'FROM scratch AS a\nEXPOSE 80\nFROM a\nEXPOSE 81' },
  { name: 'VOLUME, both forms', text: 'FROM scratch\nENV D=data\nVOLUME /a /$D\nVOLUME ["/c d", "/e"]' },
  { name: 'LABEL', text: `FROM scratch\nENV V=1\nLABEL a=b "c d"='e $V' f="$V" \\\n  g=h\nLABEL a=again` },
  { name: 'LABEL, the older form', text: 'FROM scratch\nLABEL a b c' },
  {
    name: 'HEALTHCHECK',
    text: 'FROM scratch\nHEALTHCHECK --interval=5m --timeout=3s CMD curl -f http://localhost/ || exit 1',
  },
  { name: 'HEALTHCHECK, exec form', text: 'FROM scratch\nHEALTHCHECK CMD ["/check"]' },
  { name: 'HEALTHCHECK NONE', text: 'FROM scratch AS a\nHEALTHCHECK CMD x\nFROM a\nHEALTHCHECK NONE' },
  { name: 'STOPSIGNAL', text: 'FROM scratch\nARG S=SIGQUIT\nSTOPSIGNAL $S' },
  { name: 'ONBUILD is kept', text: 'FROM scratch\nONBUILD USER 7\nONBUILD RUN a \\\n  b' },
  {
    name: 'ONBUILD is done in the next stage, once',
    text: 'FROM scratch AS a\nONBUILD ENV T=1\nONBUILD USER 7\nFROM a AS b\nENV B=$T\nFROM b\nENV C=$T',
    but: { buildah: 'it does not do the ONBUILD of a stage' },
  },
  { name: 'keywords in any capitals', text: 'from scratch as a\nuser 5\nFrom a\nenv A=b' },
  {
    name: 'the escape directive',
    text: '# escape=`\nFROM scratch\nENV A=b\\c `\n  D=e` f',
    but: { buildah: 'it expands with a backslash whatever the directive says' },
  },
  { name: 'CRLF', text: 'FROM scratch\r\nENV A=1 \\\r\n  B=2\r\nUSER 5\r\n' },
  { name: 'tabs and indents', text: '  FROM\tscratch\n\tUSER\t5\n  ENV\tA=b' },
  {
    name: 'MAINTAINER and comments',
    text: '# syntax of old\nFROM scratch\nMAINTAINER somebody\n  # ENV A=1\nENV B=2',
  },
  {
    name: 'COPY changes nothing of it',
    text: 'FROM scratch AS a\nCOPY file.txt /x/\nFROM scratch\nCOPY --from=a --chown=1:2 /x /y\nADD file.txt /z\nUSER 3',
  },
]
