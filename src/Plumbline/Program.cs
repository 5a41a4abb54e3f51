using System.CommandLine;
using Plumbline.Import;

var root = new RootCommand("Verifies documented connections from the pods that make them") { ImportCommand.Create() };
var parsed = root.Parse(args);
var status = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? ImportCommand.UsageError : status;
