using System.CommandLine;
using Plumbline.Lab.Commands;
using Plumbline.Lab.Launch;

StopSignals.HearInterrupt();

// The lab takes signals itself, and takes its time to go down; only the API server leaves them to the command line.
var configuration = new InvocationConfiguration { ProcessTerminationTimeout = args is ["api", ..] ? TimeSpan.FromSeconds(5) : null };
return await LabCommand.Create().Parse(args).InvokeAsync(configuration);
