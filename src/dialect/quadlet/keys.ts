/**
 * The keys that Quadlet knows, by section: podman-systemd.unit(5) of Podman 5.8 and of 6.0 in the making, and those that it still takes though they are no longer
 * documented (RemapUsers, VolatileTmp). A key that is not here makes Quadlet refuse the file.
 */
const IN_ALL = 'ContainersConfModule GlobalArgs PodmanArgs ServiceName'
const REMAP = 'RemapGid RemapUid RemapUidSize RemapUsers UserNS'
const MAPPINGS = `${REMAP} GIDMap SubGIDMap SubUIDMap UIDMap`
const REGISTRY = 'AuthFile Retry RetryDelay TLSVerify'

const words = (...texts: readonly string[]): ReadonlySet<string> => new Set(texts.join(' ').split(/\s+/))

export const SECTIONS = {
  Container: words(
    IN_ALL,
    MAPPINGS,
    `AddCapability AddDevice AddHost Annotation AppArmor AutoUpdate CgroupsMode ContainerName DNS DNSOption DNSSearch DropCapability
     Entrypoint Environment EnvironmentFile EnvironmentHost Exec ExposeHostPort Group GroupAdd HealthCmd HealthInterval
     HealthLogDestination HealthMaxLogCount HealthMaxLogSize HealthOnFailure HealthRetries HealthStartPeriod HealthStartupCmd
     HealthStartupInterval HealthStartupRetries HealthStartupSuccess HealthStartupTimeout HealthTimeout HostName HttpProxy IP IP6 Image
     Label LogDriver LogOpt Mask Memory Mount Network NetworkAlias NoNewPrivileges Notify PidsLimit Pod PublishPort Pull ReadOnly
     ReadOnlyTmpfs ReloadCmd ReloadSignal Retry RetryDelay Rootfs RunInit SeccompProfile Secret SecurityLabelDisable
     SecurityLabelFileType SecurityLabelLevel SecurityLabelNested SecurityLabelType ShmSize StartWithPod StopSignal StopTimeout Sysctl
     Timezone Tmpfs Ulimit Unmask User VolatileTmp Volume WorkingDir`,
  ),
  Pod: words(
    IN_ALL,
    MAPPINGS,
    `AddHost DNS DNSOption DNSSearch ExitPolicy HostName IP IP6 Label Network NetworkAlias PodName PublishPort ShmSize StopTimeout Volume`,
  ),
  Kube: words(
    IN_ALL,
    REMAP,
    `AutoUpdate ConfigMap ExitCodePropagation KubeDownForce LogDriver LogOpt Network PublishPort SetWorkingDirectory Yaml`,
  ),
  Volume: words(IN_ALL, 'Copy Device Driver GID Group Image Label Options Type UID User VolumeName'),
  Network: words(
    IN_ALL,
    `DNS DisableDNS Driver Gateway IPAMDriver IPRange IPv6 InterfaceName Internal Label NetworkDeleteOnStop NetworkName Options Subnet`,
  ),
  Image: words(IN_ALL, REGISTRY, 'AllTags Arch CertDir Creds DecryptionKey Image ImageTag OS Policy Variant'),
  Build: words(
    IN_ALL,
    REGISTRY,
    `Annotation Arch BuildArg DNS DNSOption DNSSearch Environment File ForceRM GroupAdd IgnoreFile ImageTag Label Network Pull Secret
     SetWorkingDirectory Target Variant Volume`,
  ),
  Artifact: words(IN_ALL, REGISTRY, 'Artifact CertDir Creds DecryptionKey Quiet'),
} as const satisfies { readonly [section: string]: ReadonlySet<string> }
export type Section = keyof typeof SECTIONS

export const sections: readonly Section[] = [
  'Container',
  'Pod',
  'Kube',
  'Volume',
  'Network',
  'Image',
  'Build',
  'Artifact',
]
