"""The chatbot in the shape in which OpenAI's clients speak to a model: chat completions."""
