using System.CommandLine;
using Plumbline.Commands;

var root = new RootCommand("Verifies documented connections live, from the pods that make them")
{
    OperatorCommand.Create(),
    AgentCommand.Create(),
    ImportCommand.Create(),
    BindCommand.Create(),
};
var parsed = root.Parse(args);
var status = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? CommandLine.UsageError : status;
